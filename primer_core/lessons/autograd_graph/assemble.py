"""Puts what the engine did into a `GraphTrace`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.autograd.graph import Node

from primer_core.language.program import Place, Program
from primer_core.lessons.autograd_graph.code import snippet
from primer_core.lessons.autograd_graph.derivatives import LocalFlow, Recorded, local_flows
from primer_core.lessons.autograd_graph.engine import (
    Evaluation,
    ForwardRefusedError,
    Operation,
    RawStep,
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
    Flow,
    ForwardStep,
    GraphEdge,
    GraphNode,
    GraphTrace,
    InPlaceEdit,
    NamedTensor,
    Switches,
    TensorValue,
    TraceError,
)
from primer_core.lessons.autograd_graph.non_leaf import non_leaf_warning
from primer_core.picture.layered import layered_layout


def assemble(text: str, program: Program, switches: Switches) -> GraphTrace:
    """Run `program` and tell all about it; see `primer_core.lessons.autograd_graph.explain.trace`."""
    known = {statement.name for statement in program.statements}
    switches = replace(
        switches,
        detach=switches.detach if switches.detach in known else "",
        in_place=switches.in_place if switches.in_place in known else "",
    )
    evaluation = Evaluation(program, torch.float32, switches)
    error: TraceError | None = None
    try:
        evaluation.run()
    except ForwardRefusedError as refusal:
        error = _forward_error(refusal)
    story = _Story(program, switches, evaluation)
    if error is None:
        story.run_backward()
        error = next((call.error for call in story.calls if call.error), None)
    return story.told(text, error)


def _forward_error(refusal: ForwardRefusedError) -> TraceError:
    place = refusal.place
    cause = refusal.cause or f"PyTorch refuses the operation in line {place.line}, column {place.column}."
    fix = refusal.fix or "Compare the shapes of its operands in the graph, and change the numbers of a leaf."
    return TraceError("forward", cause, fix, refusal.library, place)


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

    def told(self, text: str, error: TraceError | None) -> GraphTrace:
        nodes = self._nodes()
        finished = any(call.error is None for call in self.calls)
        return GraphTrace(
            text=text,
            switches=self.switches,
            program=self.program,
            error=error,
            nodes=nodes,
            edges=self.edges,
            layout=layered_layout([node.id for node in nodes], [(edge.source, edge.target) for edge in self.edges]),
            forward=tuple(
                ForwardStep(op.id, op.text, tuple((label, value) for _, label, value in op.operands), op.value)
                for op in self.evaluation.operations
            ),
            edit=self.edit,
            calls=tuple(self.calls),
            names=self._names(error),
            checks=check_leaves(self.program, self.switches) if finished and not self.switches.no_grad else (),
            code=snippet(
                self.program,
                self.switches,
                error,
                has_graph=self.has_graph,
                grads=self._readable_grads(),
            ),
            printed=tuple(line for printed in self.printed for line in printed.split("\n"))
            if self.calls
            else (error.library,)
            if error and error.library
            else (),
        )

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
            name, self.evaluation.node_of[name], take(tensor), before, version(tensor), tuple(stale)
        )

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
            # A value that is not followed enters where its operation begins.
            entry = ids[operation.engine_nodes[0]] if operation.engine_nodes else operation.id
            for slot, (source, _, _) in enumerate(operation.operands):
                if source not in carried and source not in inside:
                    target = operation.id if operation.symbol == "cross_entropy" else entry
                    edges.append(GraphEdge(source, target, slot, 0, False))
        return tuple(edges)

    def _nodes(self) -> tuple[GraphNode, ...]:
        names: dict[str, list[str]] = {}
        for name, identity in self.evaluation.node_of.items():
            names.setdefault(identity, []).append(name)
        nodes: list[GraphNode] = []
        for source in self.evaluation.sources:
            kind = "leaf" if source.tensor.requires_grad else "data"
            nodes.append(self._node(source.id, kind, source.label, "", names, source.tensor, source.value, source.line))
        for operation in self.evaluation.operations:
            for inner, record in zip(
                operation.engine_nodes[:-1], operation.records[-len(operation.engine_nodes) :], strict=False
            ):
                identity = self.evaluation.engine_ids[inner]
                label = record.function.strip("_")
                nodes.append(
                    self._node(
                        identity,
                        "inner",
                        label,
                        operation.text,
                        names,
                        None,
                        take(record.out),
                        operation.line,
                    )
                )
            kind = "op" if operation.engine_nodes else "plain"
            nodes.append(
                self._node(
                    operation.id,
                    kind,
                    operation.symbol,
                    operation.text,
                    names,
                    operation.tensor,
                    operation.value,
                    operation.line,
                )
            )
        return tuple(nodes)

    def _node(
        self,
        identity: str,
        kind: str,
        label: str,
        expression: str,
        names: Mapping[str, Sequence[str]],
        tensor: Tensor | None,
        value: TensorValue,
        line: int,
    ) -> GraphNode:
        tensors, numbers = self.kept.get(identity, ((), ()))
        own = tuple(names.get(identity, ()))
        return GraphNode(
            id=identity,
            kind=kind,  # type: ignore[arg-type]
            label=label,
            expression=expression or label,
            names=own,
            engine_name=self.engine_name(identity),
            value=value,
            is_leaf=tensor is not None and tensor.is_leaf,
            requires_grad=tensor is None or tensor.requires_grad,
            retains_grad=tensor is not None and tensor.retains_grad,
            version=self.versions[own[0]] if own else 0,
            saved=tensors,
            saved_numbers=numbers,
            grad=_grad(tensor) if tensor is not None else None,
            line=line,
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
            flows.append(self._flow(slot, target, handed, known[slot] if slot < len(known) else None))
        return tuple(flows)

    def _flow(self, slot: int, target: str, handed: Tensor, local: LocalFlow | None) -> Flow:
        label = self._label(target)
        value = take(handed)
        if local is None:
            return Flow(slot, target, label, "", "as the engine computes it", None, "→", value, (), value)
        return Flow(
            slot=slot,
            target=target,
            operand=label,
            derivative=local.derivative,
            product=local.product,
            local=None if local.local is None else take(local.local),
            operator=local.operator,
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
                return operation.text if len(operation.text) <= 16 else operation.symbol
        record = self.recorded.get(identity)
        return record.function.strip("_") if record else identity

    def _backward_error(self, message: str, guilty: Node | None, call: int) -> TraceError:
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
            repair: tuple[tuple[str, str | bool], ...] = (("in_place", ""),)
        elif "a second time" in message:
            cause = (
                f"backward() number {call - 1} freed the tensors that {name} had saved, "
                f"and backward() number {call} needs them."
            )
            fix, repair = "Keep them with retain_graph=True in the first call.", (("retain_graph", True),)
        elif "only for scalar outputs" in message:
            shape = tuple(self.evaluation.output.shape)
            cause = f"{output} has shape {shape}, and backward() starts from one number."
            fix, repair = "End with a sum or a mean.", (("program", self._summed()),)
            node = self.evaluation.node_of[output]
        else:
            cause, fix, repair = self._untracked()
            node = self.evaluation.node_of[output]
        return TraceError("backward", cause, fix, message, place, node, repair)

    def _untracked(self) -> tuple[str, str, tuple[tuple[str, str | bool], ...]]:
        output = self.program.output
        if self.switches.no_grad:
            cause = f"{output} was computed under no_grad(): autograd recorded nothing, so there is no way back."
            return cause, "Compute it outside no_grad().", (("no_grad", False),)
        if self.switches.detach:
            cut = f"{self.switches.detach}.detach()"
            cause = f"{output} does not require a gradient: {cut} cut the only path back to a leaf."
            return cause, "Do not detach there.", (("detach", ""),)
        cause = f"{output} does not require a gradient: no leaf that it was computed from does."
        first = next((leaf for leaf in self.program.leaves if leaf.kind == "data"), None)
        if first is None:
            return cause, "Make a leaf that does: x = param(2).", ()
        lines = self.program.text.split("\n")
        place, line = first.place, lines[first.place.line - 1]
        numbers = line[place.column - 1 : place.end_column - 1]
        lines[place.line - 1] = f"{line[: place.column - 1]}param({numbers}){line[place.end_column - 1 :]}"
        return (
            cause,
            f"Make {first.name} a leaf that does: {first.name} = param({numbers}).",
            (("program", "\n".join(lines)),),
        )

    def _summed(self) -> str:
        """The program with its last line summed up."""
        last = self.program.statements[-1]
        if last.name != "result":
            return f"{self.program.text.rstrip()}\nsum({last.name})"
        lines = self.program.text.split("\n")
        lines[last.place.line - 1] = f"sum({lines[last.place.line - 1].split('#', 1)[0].strip()})"
        return "\n".join(lines)

    def _place_of(self, node: str) -> Place | None:
        for operation in self.evaluation.operations:
            if node == operation.id or node.startswith(f"{operation.id}."):
                return next((s.place for s in self.program.statements if s.place.line == operation.line), None)
        return None

    def _names(self, error: TraceError | None) -> tuple[NamedTensor, ...]:
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

    def _why_none(self, name: str, tensor: Tensor, error: TraceError | None) -> str:
        if name == self.switches.detach:
            return f"{name}.detach() cut it off: the name now stands for a tensor that autograd does not follow."
        if not tensor.requires_grad:
            computed = name in self.program.computed
            if computed and self.switches.no_grad:
                return "Computed under no_grad(): it has no grad_fn, and requires_grad is False."
            if computed:
                return "Computed only from tensors that do not require a gradient."
            return "A leaf, but requires_grad is False: it was made as data."
        if tensor.grad_fn is not None and not tensor.retains_grad:
            return f"Not a leaf: {tensor.grad_fn.name()} hands its gradient on and keeps none."
        if error is not None:
            return "backward() stopped before it reached this tensor."
        return f"{self.program.output} does not depend on it along a path that autograd follows."


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
