"""What a second run of a program tells, which looks at what the first one did not keep."""
