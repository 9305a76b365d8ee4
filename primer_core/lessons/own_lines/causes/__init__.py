"""Why a program fails, where it tells more than the message does, or something else than that seems to say."""
