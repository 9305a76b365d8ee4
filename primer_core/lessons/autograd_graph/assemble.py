"""Puts what the engine did into a `GraphTrace`."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.autograd.graph import Node

from primer_core.language.program import (
    Array,
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Place,
    Program,
    parse,
    with_value,
)
from primer_core.lessons.autograd_graph.code import snippet
from primer_core.lessons.autograd_graph.derivatives import LocalFlow, Recorded, local_flows
from primer_core.lessons.autograd_graph.engine import (
    Evaluation,
    ForwardRefusedError,
    Operation,
    RawStep,
    Source,
    Watch,
    reachable,
    readable,
    saved,
    take,
    tensor_names,
    version,
)
from primer_core.lessons.autograd_graph.finite import check_leaves
from primer_core.lessons.autograd_graph.graph import (
    Arrival,
    BackwardCall,
    BackwardStep,
    Finished,
    Flow,
    ForwardStep,
    GraphEdge,
    GraphNode,
    GraphTrace,
    InPlaceEdit,
    NamedTensor,
    NodeKind,
    Refusal,
    Refused,
    Repair,
    Switches,
    TensorValue,
)
from primer_core.lessons.autograd_graph.non_leaf import non_leaf_warning

# In place of a formula, where none of ours leads to the engine's numbers.
_BY_THE_ENGINE = "as the engine computes it"


def assemble(program: Program, switches: Switches) -> Finished | Refused:
    """Run `program` and tell all about it; see `primer_core.lessons.autograd_graph.explain.trace`."""
    known = {statement.name for statement in program.statements}
    switches = replace(
        switches,
        detach=switches.detach if switches.detach in known else "",
        in_place=switches.in_place if switches.in_place in known else "",
    )
    evaluation = Evaluation(program, torch.float32, switches)
    error: Refusal | None = None
    try:
        evaluation.run()
    except ForwardRefusedError as refusal:
        error = _forward_error(refusal)
    story = _Story(program, switches, evaluation)
    if error is None:
        story.run_backward()
        error = next((call.refusal for call in story.calls if call.refusal), None)
    return story.told(error)


def _forward_error(refusal: ForwardRefusedError) -> Refusal:
    place = refusal.place
    cause = refusal.cause or f"PyTorch refuses the operation in line {place.line}, column {place.column}."
    return Refusal("forward", cause, refusal.fix, refusal.library, place)


class _Story:
    """Collects, in the order of events, what a `GraphTrace` holds."""

    def __init__(self, program: Program, switches: Switches, evaluation: Evaluation) -> None:
        self.program, self.switches, self.evaluation = program, switches, evaluation
        self.recorded, self.engine_node = _by_id(evaluation.operations)
        for node, identity in evaluation.engine_ids.items():
            self.engine_node.setdefault(identity, node)
        self.kept = {identity: saved(node) for identity, node in self.engine_node.items()}
        self.versions = {name: version(tensor) for name, tensor in evaluation.tensors.items()}
        self.edges = self._edges()
        self.edit: InPlaceEdit | None = None
        self.calls: list[BackwardCall] = []
        self.has_graph = False
        # What str() gave at the moment when the snippet prints it.
        self.printed: list[str] = []

    def run_backward(self) -> None:
        output = self.evaluation.output
        self.printed.append(f"{self.program.output} = {output!s}")
        self._edit_in_place()
        watch = Watch(reachable(output))
        watch.start()
        for number in range(1, self.switches.backward_calls + 1):
            retain = self.switches.retain_graph and number < self.switches.backward_calls
            zeroed = number == 2 and self.switches.zero_grad
            if zeroed:
                for tensor in self.evaluation.tensors.values():
                    if tensor.is_leaf:
                        tensor.grad = None
            raw, message, guilty = watch.backward(output, retain_graph=retain)
            error = self._backward_error(message, guilty, number) if message else None
            self.calls.append(BackwardCall(number, retain, zeroed, self._steps(raw, number), error))
            if error:
                self.printed.append(message)
                break
        order = [self.engine_name(step.node) for call in self.calls for step in call.steps]
        self.has_graph = output.grad_fn is not None
        if self.has_graph:
            self.printed.append(" → ".join(order))
        for name in self._readable_grads():
            self.printed.append(f"{name}.grad = {self.evaluation.tensors[name].grad!s}")

    def _readable_grads(self) -> dict[str, bool]:
        """The names whose ``.grad`` may be read, each with whether it is retained."""
        tensors = self.evaluation.tensors.items()
        return {name: tensor.retains_grad for name, tensor in tensors if tensor.is_leaf or tensor.retains_grad}

    def told(self, error: Refusal | None) -> Finished | Refused:
        """Put together all that was seen; `error` is what stopped the program, None if nothing did."""
        once = any(call.refusal is None for call in self.calls)
        lines = [line for printed in self.printed for line in printed.split("\n")]
        if not self.calls and error is not None and error.library:
            lines = [error.library]
        seen = GraphTrace(
            program=self.program,
            switches=self.switches,
            nodes=self._nodes(),
            edges=self.edges,
            forward=tuple(
                ForwardStep(op.id, op.text, tuple((label, value) for _, label, value in op.operands), op.value)
                for op in self.evaluation.operations
            ),
            edit=self.edit,
            calls=tuple(self.calls),
            names=self._names(error),
            checks=check_leaves(self.program, self.switches) if once and not self.switches.no_grad else (),
            code=snippet(
                self.program,
                self.switches,
                error,
                has_graph=self.has_graph,
                grads=self._readable_grads(),
                probabilities=self.evaluation.probabilities,
            ),
            printed=tuple(lines),
        )
        fields = {field.name: getattr(seen, field.name) for field in dataclasses.fields(seen)}
        return Finished(**fields) if error is None else Refused(**fields, refusal=error)

    def engine_name(self, identity: str) -> str:
        node = self.engine_node.get(identity)
        return node.name().rsplit("::")[-1] if node else ""

    def _edit_in_place(self) -> None:
        name = self.switches.in_place
        if not name:
            return
        tensor = self.evaluation.tensors[name]
        before = version(tensor)
        with torch.no_grad():
            tensor.add_(1)
        self.printed.append(f"{name}._version = {version(tensor)}")
        stale = []
        for identity, node in self.engine_node.items():
            for held in sorted(tensor_names(node)):
                content = readable(node, held)
                if isinstance(content, RuntimeError):
                    stale.append((identity, held, str(content)))
        self.edit = InPlaceEdit(
            name=name,
            node=self.evaluation.node_of[name],
            value=take(tensor),
            version_before=before,
            version_after=version(tensor),
            changed=self._sharing(tensor),
            stale=tuple(stale),
        )

    def _sharing(self, tensor: Tensor) -> tuple[tuple[str, TensorValue, int], ...]:
        """The node id, the numbers and the ``_version`` of every tensor in the memory of `tensor`."""
        memory = tensor.untyped_storage().data_ptr()
        parts: tuple[Source | Operation, ...] = (*self.evaluation.sources, *self.evaluation.operations)
        sharing = (part for part in parts if part.tensor.untyped_storage().data_ptr() == memory)
        return tuple((part.id, take(part.tensor), version(part.tensor)) for part in sharing)

    def _edges(self) -> tuple[GraphEdge, ...]:
        """Every entry of ``next_functions``, and the operands through which nothing comes back."""
        ids = self.evaluation.engine_ids
        edges: list[GraphEdge] = []
        for operation in self.evaluation.operations:
            inside = {ids[node] for node in operation.engine_nodes}
            carried: set[str] = set()
            for node in operation.engine_nodes:
                for slot, (parent, number) in enumerate(node.next_functions):
                    if parent is not None and parent in ids:
                        edges.append(GraphEdge(ids[parent], ids[node], slot, number, True))
                        carried.add(ids[parent])
            for slot, (source, _, _) in enumerate(operation.operands):
                if source not in carried and source not in inside:
                    edges.append(GraphEdge(source, self._entry(operation, slot), slot, 0, False))
        return tuple(edges)

    def _entry(self, operation: Operation, slot: int) -> str:
        """The node at which a value that is not followed enters its operation."""
        ids = self.evaluation.engine_ids
        nodes = operation.engine_nodes
        if not nodes:
            return operation.id
        if operation.label != "cross_entropy" or not slot:
            return ids[nodes[0]]
        # The target meets the logarithms: class numbers in the loss itself, probabilities in a product.
        return next((ids[node] for node in nodes if node.name().startswith("MulBackward")), operation.id)

    def _nodes(self) -> tuple[GraphNode, ...]:
        nodes = [
            self._tensor_node(source, "leaf" if source.tensor.requires_grad else "data")
            for source in self.evaluation.sources
        ]
        for operation in self.evaluation.operations:
            inner = operation.engine_nodes[:-1]
            records = operation.records[-len(operation.engine_nodes) :]
            nodes += [self._inner_node(operation, *pair) for pair in zip(inner, records, strict=False)]
            nodes.append(self._tensor_node(operation, "op" if operation.engine_nodes else "plain"))
        return tuple(nodes)

    def _tensor_node(self, part: Source | Operation, kind: NodeKind) -> GraphNode:
        """The node of a tensor that the program has, with what will carry its gradient."""
        tensors, numbers = self.kept.get(part.id, ((), ()))
        names = tuple(name for name, identity in self.evaluation.node_of.items() if identity == part.id)
        return GraphNode(
            id=part.id,
            kind=kind,
            label=part.label,
            expression=part.text,
            names=names,
            engine_name=self.engine_name(part.id),
            value=part.value,
            is_leaf=part.tensor.is_leaf,
            requires_grad=part.tensor.requires_grad,
            retains_grad=part.tensor.retains_grad,
            version=self.versions[names[0]] if names else 0,
            saved=tensors,
            saved_numbers=numbers,
            grad=_grad(part.tensor),
            line=part.line,
        )

    def _inner_node(self, operation: Operation, node: Node, record: Recorded) -> GraphNode:
        """A `grad_fn` inside an operation, of a tensor that the program never sees."""
        identity = self.evaluation.engine_ids[node]
        tensors, numbers = self.kept.get(identity, ((), ()))
        return GraphNode(
            id=identity,
            kind="inner",
            label=record.function.strip("_"),
            expression=operation.text,
            names=(),
            engine_name=self.engine_name(identity),
            value=take(record.out),
            is_leaf=False,
            requires_grad=True,
            retains_grad=False,
            version=0,
            saved=tensors,
            saved_numbers=numbers,
            grad=None,
            line=operation.line,
        )

    def _steps(self, raw: Sequence[RawStep], call: int) -> tuple[BackwardStep, ...]:
        ids = self.evaluation.engine_ids
        arrivals: dict[str, list[Arrival]] = {}
        steps: list[BackwardStep] = []
        for step in raw:
            identity = ids[step.node]
            flows = self._flows(identity, step)
            for flow in flows:
                arrivals.setdefault(flow.target, []).append(Arrival(identity, flow.slot, flow.value))
            upstream = take(step.upstream)
            steps.append(
                BackwardStep(
                    call=call,
                    node=identity,
                    arrivals=tuple(arrivals.get(identity, [Arrival("", 0, upstream)])),
                    upstream=upstream,
                    flows=flows,
                    grad_before=None if step.grad_before is None else take(step.grad_before),
                    grad_after=None if step.grad_after is None else take(step.grad_after),
                    freed=step.freed,
                )
            )
        return tuple(steps)

    def _flows(self, identity: str, step: RawStep) -> tuple[Flow, ...]:
        record = self.recorded.get(identity)
        known = local_flows(record, step.upstream) if record else ()
        flows = []
        for slot, ((parent, _), handed) in enumerate(zip(step.node.next_functions, step.handed, strict=False)):
            if parent is None or handed is None:
                continue
            target = self.evaluation.engine_ids[parent]
            flows.append(self._flow(slot, target, handed, step.upstream, known[slot] if slot < len(known) else None))
        return tuple(flows)

    def _flow(self, slot: int, target: str, handed: Tensor, upstream: Tensor, local: LocalFlow | None) -> Flow:
        """What the engine handed on, with the local derivative that leads to the same numbers, if one does."""
        label, value = self._label(target), take(handed)
        if local is None or not _same(_summed_to(local.full, handed), handed):
            return Flow(slot, target, label, "", _BY_THE_ENGINE, None, "→", value, (), value)
        multiplied = local.multiplied(upstream)
        # inf · 0 is nan, but the engine need not multiply: then no product is shown.
        product = multiplied is not None and _same(multiplied, local.full)
        return Flow(
            slot=slot,
            target=target,
            operand=label,
            derivative=local.derivative,
            product=local.product if product or local.local is None else local.rule or _BY_THE_ENGINE,
            local=take(local.local) if product and local.local is not None else None,
            operator=local.operator if product else "→",
            full=take(local.full),
            summed_axes=summed_axes(tuple(local.full.shape), tuple(handed.shape)),
            value=value,
        )

    def _label(self, identity: str) -> str:
        for name, node in self.evaluation.node_of.items():
            if node == identity:
                return name
        for operation in self.evaluation.operations:
            if operation.id == identity:
                return operation.text if len(operation.text) <= 16 else operation.label
        record = self.recorded.get(identity)
        return record.function.strip("_") if record else identity

    def _backward_error(self, message: str, guilty: Node | None, call: int) -> Refusal:
        node = self.evaluation.engine_ids[guilty] if guilty is not None else ""
        name = self.engine_name(node)
        output = self.program.output
        place = self._place_of(node)
        if "modified by an inplace operation" in message:
            edited = self.switches.in_place
            cause = (
                f"{name} saved a tensor for its backward, and {edited}.add_(1) has changed it since: "
                "its _version is not the one that was saved."
            )
            fix = f"Leave {edited} as it is: {edited} + 1 makes a new tensor instead."
            repair: Repair = (("in_place", ""),)
        elif "a second time" in message:
            cause = (
                f"backward() number {call - 1} freed the tensors that {name} had saved, "
                f"and backward() number {call} needs them."
            )
            fix, repair = "Keep them with retain_graph=True in the first call.", (("retain_graph", True),)
        elif "only for scalar outputs" in message:
            shape = tuple(self.evaluation.output.shape)
            cause = f"{output} has shape {shape}, and backward() starts from one number."
            fix, repair = "End with a sum or a mean.", _program_repair(self._summed())
            node = self.evaluation.node_of[output]
        elif "does not require grad" in message:
            cause, fix, repair = self._untracked()
            node = self.evaluation.node_of[output]
        else:
            cause, fix, repair = self._refused_in(node)
        return Refusal("backward", cause, fix, message, place, node, repair)

    def _untracked(self) -> tuple[str, str, Repair]:
        output = self.program.output
        if self.switches.no_grad:
            cause = f"{output} was computed under no_grad(): autograd recorded nothing, so there is no way back."
            return cause, "Compute it outside no_grad().", (("no_grad", False),)
        cuts = self._cuts(self.evaluation.node_of[output])
        if cuts:
            return self._cut_off(cuts)
        cause = f"{output} does not require a gradient: no leaf that it was computed from does."
        origin = self._origin(self.evaluation.node_of[output])
        used = {name for name, node in self.evaluation.node_of.items() if node in origin}
        first = next((leaf for leaf in self.program.leaves if leaf.kind == "data" and leaf.name in used), None)
        if first is None:
            return cause, "Make a leaf that does: x = param(2).", ()
        line = self.program.text.split("\n")[first.place.line - 1]
        numbers = line[first.place.column - 1 : first.place.end_column - 1]
        return (
            cause,
            f"Make {first.name} a leaf that does: {first.name} = param({numbers}).",
            _program_repair(self._replaced(first.place, f"param({numbers})")),
        )

    def _cut_off(self, cuts: Sequence[Operation]) -> tuple[str, str, Repair]:
        """What to say of an output from which every path back to a leaf goes through something detached."""
        named = " and ".join(cut.text for cut in cuts)
        paths = "the only path" if len(cuts) == 1 else "every path"
        cause = f"{self.program.output} does not require a gradient: {named} cut {paths} back to a leaf."
        if cuts[0].id == f"detach:{self.switches.detach}":
            return cause, "Do not detach there.", (("detach", ""),)
        place = (cuts[0].text, cuts[0].line)
        call = next((call for call in self._calls_of("detach") if (call.text, call.place.line) == place), None)
        if call is None:
            return cause, "Do not detach there.", ()
        inner = call.arguments[0]
        kept = inner.text if isinstance(inner, (Name, Call)) else f"({inner.text})"
        return cause, f"Write {kept} in place of {call.text}.", _program_repair(self._replaced(call.place, kept))

    def _calls_of(self, function: str) -> Iterator[Call]:
        """The calls of a function in the program, from the first line on."""
        todo: list[Expression] = [statement.expression for statement in reversed(self.program.statements)]
        while todo:
            expression = todo.pop()
            match expression:
                case Call(name, arguments):
                    if name == function:
                        yield expression
                    todo += reversed(arguments)
                case Binary(left=left, right=right):
                    todo += [right, left]
                case Negative(operand=operand):
                    todo.append(operand)

    def _origin(self, node: str) -> set[str]:
        """The ids of a node and of all that its value was computed from."""
        operands = {op.id: [source for source, _, _ in op.operands] for op in self.evaluation.operations}
        found: set[str] = set()
        todo = [node]
        while todo:
            identity = todo.pop()
            if identity not in found:
                found.add(identity)
                todo += operands.get(identity, [])
        return found

    def _cuts(self, node: str) -> tuple[Operation, ...]:
        """The detached tensors that a value was computed from, where the tensor they were made of has a gradient."""
        origin = self._origin(node)
        parts: tuple[Source | Operation, ...] = (*self.evaluation.sources, *self.evaluation.operations)
        followed = {part.id for part in parts if part.tensor.requires_grad}
        return tuple(
            op
            for op in self.evaluation.operations
            if op.id in origin and op.label == "detach" and op.operands[0][0] in followed
        )

    def _refused_in(self, node: str) -> tuple[str, str, Repair]:
        """What to say of a refusal by a node's backward for which there is no account of its own."""
        operation = next((o for o in self.evaluation.operations if node in (o.id, *self._inside(o))), None)
        if operation is not None and operation.label == "cross_entropy" and len(operation.operands) == 2:
            (_, logits, x), (_, target, y) = operation.operands
            if len(x.shape) == 1 and y.shape == (1,):
                cause = (
                    f"{logits} has one axis, so it is one example, and its target is a number. "
                    f"{target} is a vector with one number in it: going forward PyTorch lets it pass, going back not."
                )
                number = f"{y.values[0]:g}"
                return cause, f"Write the target as {number}, without brackets.", self._unbracketed(operation, number)
        cause = f"Going back, PyTorch refuses the step {self.engine_name(node)}." if node else "PyTorch refuses."
        return cause, "Compare the shapes of its operands in the graph.", ()

    def _inside(self, operation: Operation) -> tuple[str, ...]:
        return tuple(self.evaluation.engine_ids[node] for node in operation.engine_nodes)

    def _unbracketed(self, operation: Operation, number: str) -> Repair:
        """The program with the target of a cross_entropy written as one number, where its numbers stand in the text."""
        if not isinstance(operation.expression, Call):
            return ()
        target = operation.expression.arguments[1]
        if isinstance(target, Name):
            leaf = next((leaf for leaf in self.program.leaves if leaf.name == target.name), None)
            return _program_repair(with_value(self.program, target.name, number)) if leaf else ()
        return _program_repair(self._replaced(target.place, number)) if isinstance(target, Array) else ()

    def _replaced(self, place: Place, text: str) -> str:
        lines = self.program.text.split("\n")
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + text + line[place.end_column - 1 :]
        return "\n".join(lines)

    def _summed(self) -> str:
        """The program with its last line summed up: on a line more, or, where that is one too many, in its place."""
        last = self.program.statements[-1]
        longer = f"{self.program.text.rstrip()}\nsum({last.name})"
        if last.name != "result" and isinstance(parse(longer), Program):
            return longer
        lines = self.program.text.split("\n")
        line = lines[last.place.line - 1].split("#", 1)[0].strip()
        if last.name == "result":
            lines[last.place.line - 1] = f"sum({line})"
        else:
            lines[last.place.line - 1] = f"{last.name} = sum({line.partition('=')[2].strip()})"
        return "\n".join(lines)

    def _place_of(self, node: str) -> Place | None:
        for operation in self.evaluation.operations:
            if node == operation.id or node.startswith(f"{operation.id}."):
                return next((s.place for s in self.program.statements if s.place.line == operation.line), None)
        return None

    def _names(self, error: Refusal | None) -> tuple[NamedTensor, ...]:
        found = []
        for name, tensor in self.evaluation.tensors.items():
            node, grad = self.evaluation.node_of[name], _grad(tensor)
            found.append(
                NamedTensor(
                    name=name,
                    node=node,
                    value=take(tensor),
                    is_leaf=tensor.is_leaf,
                    requires_grad=tensor.requires_grad,
                    retains_grad=tensor.retains_grad,
                    version=version(tensor),
                    grad_fn=tensor.grad_fn.name() if tensor.grad_fn else "",
                    grad=grad,
                    why_none="" if grad is not None else self._why_none(name, tensor, error),
                    library="" if tensor.is_leaf or tensor.retains_grad else non_leaf_warning(),
                )
            )
        return tuple(found)

    def _why_none(self, name: str, tensor: Tensor, error: Refusal | None) -> str:
        node = self.evaluation.node_of[name]
        cuts = () if tensor.requires_grad else self._cuts(node)
        if any(cut.id == node for cut in cuts):
            cut = next(cut for cut in cuts if cut.id == node)
            return f"{cut.text} cut it off: the name now stands for a tensor that autograd does not follow."
        if not tensor.requires_grad:
            computed = name in self.program.computed
            if computed and self.switches.no_grad:
                return "Computed under no_grad(): it has no grad_fn, and requires_grad is False."
            if cuts:
                return f"{' and '.join(cut.text for cut in cuts)} cut it off from every leaf that requires a gradient."
            if computed:
                return "Computed only from tensors that do not require a gradient."
            return "A leaf, but requires_grad is False: it was made as data."
        if tensor.grad_fn is not None and not tensor.retains_grad:
            return f"Not a leaf: {tensor.grad_fn.name()} hands its gradient on and keeps none."
        if error is not None and error.stage == "forward":
            return "backward() was not called: the program stopped before its end."
        if error is not None and self._was_zeroed(node):
            return f"zero_grad() set it to None, and backward() number {len(self.calls)} stopped before it came here."
        if error is not None:
            return "backward() stopped before it reached this tensor."
        return f"{self.program.output} does not depend on it along a path that autograd follows."

    def _was_zeroed(self, node: str) -> bool:
        """Whether a call brought a leaf its gradient, and the last call began by taking it away."""
        reached = any(step.node == node for call in self.calls[:-1] for step in call.steps)
        return reached and self.calls[-1].zeroed


def _program_repair(text: str) -> Repair:
    """The repair that puts `text` in the program's place; none if it is no program, having become too long."""
    return (("program", text),) if isinstance(parse(text), Program) else ()


def _by_id(operations: Sequence[Operation]) -> tuple[dict[str, Recorded], dict[str, Node]]:
    """The ATen record and the engine's node behind every id.

    The first records of an operation have no node if their operands require no gradient: count from the end.
    """
    recorded: dict[str, Recorded] = {}
    nodes: dict[str, Node] = {}
    for operation in operations:
        last = len(operation.engine_nodes) - 1
        for back, node in enumerate(reversed(operation.engine_nodes)):
            identity = operation.id if back == 0 else f"{operation.id}.{last - back}"
            nodes[identity] = node
            if back < len(operation.records):
                recorded[identity] = operation.records[-1 - back]
    return recorded, nodes


def _summed_to(full: Tensor, operand: Tensor) -> Tensor:
    axes = summed_axes(tuple(full.shape), tuple(operand.shape))
    return (full.sum(axes) if axes else full).reshape(operand.shape)


def _same(a: Tensor, b: Tensor) -> bool:
    """Whether two results are the same but for rounding in float32, which counts against the largest number."""
    finite = b[b.isfinite()]
    size = float(finite.abs().max()) if finite.numel() else 0.0
    return torch.allclose(a.expand_as(b), b, rtol=1e-3, atol=1e-4 * size + 1e-30, equal_nan=True)


def summed_axes(full: tuple[int, ...], operand: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `full` that are summed to get back to the shape of a broadcast `operand`."""
    extra = len(full) - len(operand)
    stretched = (extra + axis for axis, size in enumerate(operand) if size == 1 and full[extra + axis] != 1)
    return (*range(extra), *stretched)


def _grad(tensor: Tensor) -> TensorValue | None:
    # Reading .grad of any other tensor makes PyTorch warn; it is None there.
    if not (tensor.is_leaf or tensor.retains_grad) or tensor.grad is None:
        return None
    return take(tensor.grad)
