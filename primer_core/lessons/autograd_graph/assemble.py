"""Puts what was seen of a program into a `GraphTrace`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.autograd.graph import Node

from primer_core.language.evaluator import warnings_of
from primer_core.language.rejection import Place, Rejection
from primer_core.lessons.autograd_graph import refusals
from primer_core.lessons.autograd_graph.code import snippet
from primer_core.lessons.autograd_graph.derivatives import LocalFlow, local_flows
from primer_core.lessons.autograd_graph.engine import (
    BACKWARD,
    Changes,
    Computed,
    Edited,
    GradChanged,
    Halted,
    Operation,
    RawStep,
    Source,
    Watcher,
    WentBack,
    take,
    version,
)
from primer_core.lessons.autograd_graph.finite import check_leaves
from primer_core.lessons.autograd_graph.graph import (
    Arrival,
    BackwardCall,
    BackwardStep,
    Event,
    Finished,
    Flow,
    ForwardStep,
    GradChange,
    GraphEdge,
    GraphNode,
    GraphTrace,
    InPlaceEdit,
    NamedTensor,
    NodeKind,
    Refusal,
    Refused,
    Switches,
    TensorValue,
)
from primer_core.lessons.autograd_graph.insights import insights
from primer_core.lessons.autograd_graph.non_leaf import non_leaf_warning
from primer_core.lessons.autograd_graph.origin import why_none
from primer_core.lessons.autograd_graph.program import Program

# In place of a formula, where none of ours leads to the engine's numbers.
_BY_THE_ENGINE = "as the engine computes it"


def assemble(program: Program, switches: Switches) -> Finished | Refused:
    """Run `program` and tell all about it; see `primer_core.lessons.autograd_graph.explain.trace`.

    Raises
    ------
    Rejection
        With the verdict *unread* or *unknown*, if the program has something that is not known here, or no tensor.
    """
    switches = _heeded(program, switches)
    watcher = Watcher(program, switches)
    story = Story(program, switches, watcher)
    if watcher.run.forward() and not program.goes_back:
        story.go_back()
    return story.told()


def _heeded(program: Program, switches: Switches) -> Switches:
    """Return the switches without those for names that the program does not have, or that it sees to itself."""
    known = program.names
    heeded = replace(
        switches,
        detach=switches.detach if switches.detach in known else "",
        in_place=switches.in_place if switches.in_place in known and not program.goes_back else "",
    )
    if program.goes_back:
        heeded = replace(heeded, backward_calls=1, retain_graph=False, zero_grad=False)
    return heeded


class Story:
    """Collects what a `GraphTrace` holds."""

    def __init__(self, program: Program, switches: Switches, watcher: Watcher) -> None:
        self.program, self.switches, self.watcher = program, switches, watcher
        # The lines that switches add behind the program: its code, and what it prints.
        self.printed: list[str] = []
        self.added_from: int | None = None
        self.has_graph = False

    @property
    def output(self) -> str:
        """The name of the program's last tensor."""
        return self.watcher.run.output

    def go_back(self) -> None:
        """Call backward as often as the switches say, with what they ask for before and between."""
        run = self.watcher.run
        if not self.output:
            message = (
                "No line of the program makes a tensor that backward could begin at. Write w = torch.tensor(2.0, "
                "requires_grad=True) and something that is computed from it."
            )
            raise Rejection("unread", message, Place(1, 0, 1, 0, ""))
        self.added_from = len(run.code)
        output = run.tensors[self.output]
        self.printed.append(f"{self.output} = {output!s}")
        self.has_graph = output.grad_fn is not None

        def edited(code: str) -> None:
            name = self.switches.in_place
            if name and code == f"{name}.add_(1)":
                self.printed.append(f"{name}._version = {version(run.tensors[name])}")

        run.go_back(edited)

    @property
    def prints_grads(self) -> bool:
        """Whether a program that goes back itself, and prints nothing, has the code print what became of each leaf."""
        run = self.watcher.run
        return self.program.goes_back and not run.evaluator.printed and not run.stops

    @property
    def leaf_names(self) -> list[str]:
        """The names that stand for leaves."""
        return [name for name, tensor in self.watcher.tensors.items() if tensor.is_leaf]

    def readable_grads(self) -> dict[str, bool]:
        """The names whose ``.grad`` may be read, each with whether it is retained."""
        tensors = self.watcher.tensors.items()
        return {name: tensor.retains_grad for name, tensor in tensors if tensor.is_leaf or tensor.retains_grad}

    def told(self) -> Finished | Refused:
        """Put together all that was seen."""
        run = self.watcher.run
        self.nodes = self._nodes()
        edges = self._edges()
        # What is only given to backward, or printed, has no place in the graph.
        met = {end for edge in edges for end in (edge.source, edge.target)}
        self.nodes = tuple(node for node in self.nodes if node.kind != "data" or node.names or node.id in met)
        found = self._refusals()
        refusal = next(iter(found.values()), None)
        events = self._events(found)
        lines = [line for printed in self._printed(refusal) for line in printed.split("\n")]
        seen = GraphTrace(
            program=self.program,
            switches=self.switches,
            nodes=self.nodes,
            edges=edges,
            events=events,
            output=self.output,
            names=self._names(events),
            checks=check_leaves(self),
            insights=() if refusal is not None else insights(self, events),
            code=snippet(self, refusal),
            printed=tuple(lines),
            said=tuple(line for printed in run.evaluator.printed for line in printed.split("\n")),
            seeded=run.evaluator.seeded,
            warnings=warnings_of(run.evaluator.calls),
        )
        fields = {field.name: getattr(seen, field.name) for field in dataclasses.fields(seen)}
        return Finished(**fields) if refusal is None else Refused(**fields, refusal=refusal)

    def _printed(self, refusal: Refusal | None) -> list[str]:
        """What the snippet prints: what the program prints, and what the lines behind it do."""
        own = list(self.watcher.run.evaluator.printed)
        if refusal is not None and refusal.stage == "forward" and not refusal.caught:
            return [*own, refusal.library] if refusal.library else own
        lines = [*own, *self.printed]
        if refusal is not None and not refusal.caught and refusal.library:
            lines.append(refusal.library)
        if self.has_graph:
            order = [self.engine_name(self.watcher.engine_ids[step.node]) for call in self.runs for step in call.steps]
            lines.append(" → ".join(order))
        if self.prints_grads or not self.program.goes_back:
            lines += [f"{name}.grad = {self.watcher.tensors[name].grad!s}" for name in self.readable_grads()]
        return lines

    @property
    def runs(self) -> tuple[WentBack, ...]:
        """The runs of the engine, as they were seen."""
        return tuple(event for event in self.watcher.events if isinstance(event, WentBack))

    def engine_name(self, identity: str) -> str:
        """What the engine calls a node; empty for one that it does not have."""
        node = next((node for node, known in self.watcher.engine_ids.items() if known == identity), None)
        return node.name().rsplit("::")[-1] if node else ""

    # What happened

    def _refusals(self) -> dict[int, Refusal]:
        """What stopped the program or a block of it, by the place among the events of the failure."""
        stops = iter(self.watcher.run.stops)
        found: dict[int, Refusal] = {}
        for place, event in enumerate(self.watcher.events):
            if isinstance(event, Halted):
                before = self.watcher.events[place - 1] if place else None
                went_back = before if isinstance(before, WentBack) and before.message else None
                found[place] = refusals.refusal(self, event.rejection, went_back, caught=next(stops).caught)
        return found

    def _events(self, found: Mapping[int, Refusal]) -> tuple[Event, ...]:
        events: list[Event] = []
        number = 0
        for place, event in enumerate(self.watcher.events):
            match event:
                case Computed(operation, changes):
                    events.append(_forward(operation, changes))
                case Edited():
                    events.append(_edit(event))
                case GradChanged(text, grads):
                    events.append(GradChange(text, grads))
                case WentBack():
                    number += 1
                    events.append(self._call(event, number, found.get(place + 1) if event.message else None))
                case Halted() if found[place].stage == "forward":
                    events.append(found[place])
        return tuple(events)

    def _call(self, event: WentBack, number: int, refusal: Refusal | None) -> BackwardCall:
        return BackwardCall(
            number=number,
            text=event.text,
            root=event.root[1],
            retain_graph=event.keeps,
            is_grad=event.is_grad,
            seed=None if event.seed is None else take(event.seed),
            steps=self._steps(event.steps, number),
            refusal=refusal,
        )

    def _steps(self, raw: Sequence[RawStep], call: int) -> tuple[BackwardStep, ...]:
        ids = self.watcher.engine_ids
        arrivals: dict[str, list[Arrival]] = {}
        steps: list[BackwardStep] = []
        for step in raw:
            identity = ids[step.node]
            came = [(place, take(each)) for place, each in enumerate(step.upstreams) if each is not None]
            flows = self._flows(step)
            for slot, flow in flows:
                number = step.node.next_functions[slot][1]
                arrivals.setdefault(flow.target, []).append(Arrival(identity, slot, flow.value, number))
            output, upstream = came[0] if came else (0, TensorValue((0,), ()))
            steps.append(
                BackwardStep(
                    call=call,
                    node=identity,
                    arrivals=tuple(arrivals.get(identity, [Arrival("", 0, upstream, output)])),
                    upstream=upstream,
                    flows=tuple(flow for _, flow in flows),
                    grad_before=None if step.grad_before is None else take(step.grad_before),
                    grad_after=None if step.grad_after is None else take(step.grad_after),
                    freed=step.freed,
                    output=output,
                    more=tuple(came[1:]),
                )
            )
        return tuple(steps)

    def _flows(self, step: RawStep) -> list[tuple[int, Flow]]:
        record = self.watcher.records.get(step.node)
        upstream = next((each for each in step.upstreams if each is not None), None)
        # A rule is about one output; where gradients come by another or by several, there is none of ours.
        alone = (
            upstream is not None and step.upstreams[0] is upstream and sum(u is not None for u in step.upstreams) == 1
        )
        known = local_flows(record, upstream) if record is not None and upstream is not None and alone else ()
        flows = []
        for slot, ((parent, _), handed) in enumerate(zip(step.node.next_functions, step.handed, strict=False)):
            if parent is None or handed is None or upstream is None or parent not in self.watcher.engine_ids:
                continue
            target = self.watcher.engine_ids[parent]
            local = known[slot] if slot < len(known) else None
            flows.append((slot, self._flow(slot, target, handed, upstream, local)))
        return flows

    def _flow(self, slot: int, target: str, handed: Tensor, upstream: Tensor, local: LocalFlow | None) -> Flow:
        """What the engine handed on, with the local derivative that leads to the same numbers, if one does."""
        label, value = self._label(target), take(handed)
        if local is None or not _fits(local.full, handed) or not _same(_summed_to(local.full, handed), handed):
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
            summed_axes=summed_axes(tuple(local.full.shape), tuple(handed.shape))
            if local.full.dim() >= handed.dim() and local.full.numel() != handed.numel()
            else (),
            value=value,
        )

    def _label(self, identity: str) -> str:
        node = next((node for node in self.nodes if node.id == identity), None)
        if node is None:
            return identity
        if node.names:
            return node.names[0]
        if node.kind == "inner" or len(node.expression) > 16:
            return node.label
        return node.expression or node.label

    # Nodes and edges

    def _edges(self) -> tuple[GraphEdge, ...]:
        """Every entry of ``next_functions``, and the operands through which nothing comes back."""
        ids = self.watcher.engine_ids
        edges: list[GraphEdge] = []
        for operation in self.watcher.operations:
            inside = {ids[node] for node in operation.engine_nodes}
            carried: set[str] = set()
            for node in operation.engine_nodes:
                for slot, (parent, number) in enumerate(node.next_functions):
                    if parent is not None and parent in ids:
                        edges.append(GraphEdge(ids[parent], ids[node], slot, number, True))
                        carried.add(ids[parent])
            for slot, (source, _, _) in enumerate(operation.operands):
                source = self.now(source)
                tensor = next((each for each in operation.inputs if self.watcher.node_of(each) == source), None)
                entry = self.watcher.enters(operation, tensor) if tensor is not None else operation.id
                if source not in carried and source not in inside:
                    edges.append(GraphEdge(source, entry, slot, 0, False))
                edges += [GraphEdge(source, output, slot, 0, False) for output in self._others(operation)]
        return tuple(edges)

    def _others(self, operation: Operation) -> Iterator[str]:
        """The ids of an operation's further outputs that are nodes of their own, without a way back."""
        for output in operation.outputs[1:]:
            identity = self.watcher.node_of(output)
            if identity.startswith(f"{operation.id}:"):
                yield identity

    def now(self, identity: str) -> str:
        """The id of a source by now: it has got one by its name since."""
        return self.watcher.renamed.get(identity, identity)

    def _nodes(self) -> tuple[GraphNode, ...]:
        nodes = [self._source_node(source) for source in self.watcher.sources]
        for operation in self.watcher.operations:
            held = {self.watcher.engine_ids[node] for node in operation.engine_nodes}
            named = {self.watcher.node_of(output): output for output in reversed(operation.outputs)}
            for node in operation.engine_nodes:
                identity = self.watcher.engine_ids[node]
                if identity == operation.id:
                    nodes.append(self._operation_node(operation))
                    continue
                inner = self._inner_node(operation, node)
                nodes.append(_of(inner, named[identity]) if identity in named else inner)
            if operation.id not in held:
                nodes.append(self._operation_node(operation))
            for output in operation.outputs[1:]:
                identity = self.watcher.node_of(output)
                if identity not in held and identity.startswith(f"{operation.id}:"):
                    nodes.append(self._output_node(operation, identity, output))
        return tuple(self._with_names(node) for node in nodes)

    def _with_names(self, node: GraphNode) -> GraphNode:
        names = tuple(name for name, tensor in self.watcher.tensors.items() if self.watcher.node_of(tensor) == node.id)
        return replace(node, names=names, label=names[0] if names and node.kind in ("leaf", "data") and not _is_op(node)
                       else node.label)  # fmt: skip

    def _source_node(self, source: Source) -> GraphNode:
        tensor = source.tensor
        kind: NodeKind = "leaf" if tensor.is_leaf and tensor.requires_grad else "data"
        return GraphNode(
            id=source.id,
            kind=kind,
            label=source.shown,
            expression=source.text if not source.label else source.label,
            names=(),
            engine_name=self.engine_name(source.id),
            value=source.value,
            is_leaf=tensor.is_leaf,
            requires_grad=tensor.requires_grad,
            retains_grad=tensor.retains_grad,
            version=source.version,
            saved=(),
            saved_numbers=(),
            grad=_grad(tensor),
            line=source.line,
            dtype=_dtype(tensor),
            late=source.late,
        )

    def _operation_node(self, operation: Operation) -> GraphNode:
        """The node of a tensor that was computed, with what will carry its gradient."""
        tensors, numbers = self.watcher.kept.get(operation.id, ((), ()))
        tensor = operation.tensor
        is_leaf = tensor.is_leaf and tensor.requires_grad
        kind: NodeKind = "leaf" if is_leaf else "op" if operation.engine_nodes else "plain"
        same = [output for output in operation.outputs[1:] if self.watcher.node_of(output) == operation.id]
        current = self.watcher.node_of(tensor) == operation.id
        return GraphNode(
            id=operation.id,
            kind=kind,
            label=operation.label,
            expression=operation.text,
            names=(),
            engine_name=self.engine_name(operation.id),
            value=operation.value,
            is_leaf=tensor.is_leaf and current,
            requires_grad=bool(operation.engine_nodes) or tensor.requires_grad,
            retains_grad=tensor.retains_grad and current,
            version=operation.version,
            saved=tensors,
            saved_numbers=numbers,
            grad=_grad(tensor) if current else None,
            line=operation.line,
            dtype=_dtype(tensor),
            others=tuple(take(each) for each in same),
        )

    def _output_node(self, operation: Operation, identity: str, output: Tensor) -> GraphNode:
        """A further output of an operation, to which no gradient comes back: the indices of ``max``."""
        return _of(self._inner_base(operation, identity), output)

    def _inner_node(self, operation: Operation, node: Node) -> GraphNode:
        """A `grad_fn` inside an operation, of a tensor that the program need not see."""
        identity = self.watcher.engine_ids[node]
        record = self.watcher.records.get(node)
        tensors, numbers = self.watcher.kept.get(identity, ((), ()))
        return replace(
            self._inner_base(operation, identity),
            label=record.function.strip("_") if record is not None else node.name().rsplit("::")[-1],
            value=take(record.out) if record is not None else None,
            dtype=_dtype(record.out) if record is not None else "",
            saved=tensors,
            saved_numbers=numbers,
        )

    def _inner_base(self, operation: Operation, identity: str) -> GraphNode:
        return GraphNode(
            id=identity,
            kind="inner",
            label=operation.label,
            expression=operation.text,
            names=(),
            engine_name=self.engine_name(identity),
            value=None,
            is_leaf=False,
            requires_grad=True,
            retains_grad=False,
            version=0,
            saved=(),
            saved_numbers=(),
            grad=None,
            line=operation.line,
        )

    # What became of the names

    def _names(self, events: Sequence[Event]) -> tuple[NamedTensor, ...]:
        found = []
        for name, tensor in self.watcher.tensors.items():
            grad = _grad(tensor)
            found.append(
                NamedTensor(
                    name=name,
                    node=self.watcher.node_of(tensor),
                    value=take(tensor),
                    is_leaf=tensor.is_leaf,
                    requires_grad=tensor.requires_grad,
                    retains_grad=tensor.retains_grad,
                    version=version(tensor),
                    grad_fn=tensor.grad_fn.name().rpartition("::")[2] if tensor.grad_fn else "",
                    grad=grad,
                    why_none=None if grad is not None else why_none(self, name, tensor, events),
                    library="" if tensor.is_leaf or tensor.retains_grad else non_leaf_warning(),
                )
            )
        return tuple(found)


def _is_op(node: GraphNode) -> bool:
    return node.id.startswith("op:")


def _of(node: GraphNode, tensor: Tensor) -> GraphNode:
    """Return a node with what is known of the tensor that stands at it, which the program holds."""
    return replace(
        node,
        kind="op" if tensor.grad_fn is not None else "plain",
        value=take(tensor),
        dtype=_dtype(tensor),
        is_leaf=tensor.is_leaf,
        requires_grad=tensor.requires_grad,
        retains_grad=tensor.retains_grad,
        version=version(tensor),
        grad=_grad(tensor),
    )


def _forward(operation: Operation, changes: Changes) -> ForwardStep:
    return ForwardStep(
        node=operation.id,
        text=operation.text,
        operands=operation.operands,
        values=(operation.value, *(take(each) for each in operation.outputs[1:])),
        changed=changes.values,
        stale=changes.stale,
        unnoticed=changes.unnoticed,
        of_backward=operation.entry in (*BACKWARD, "Tensor.grad"),
    )


def _edit(event: Edited) -> InPlaceEdit:
    return InPlaceEdit(
        name=event.name,
        text=event.text,
        node=event.node,
        value=event.value,
        version_before=event.version_before,
        version_after=event.version_after,
        changed=event.changes.values,
        stale=event.changes.stale,
        unnoticed=event.changes.unnoticed,
    )


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _fits(full: Tensor, operand: Tensor) -> bool:
    """Whether a flow can be summed to the shape of an operand."""
    extra = full.dim() - operand.dim()
    if extra < 0:
        return full.numel() == operand.numel()
    return full.numel() == operand.numel() or all(
        size in (1, full.shape[extra + axis]) for axis, size in enumerate(operand.shape)
    )


def _summed_to(full: Tensor, operand: Tensor) -> Tensor:
    if full.numel() == operand.numel():
        return full.reshape(operand.shape)
    axes = summed_axes(tuple(full.shape), tuple(operand.shape))
    return (full.sum(axes) if axes else full).reshape(operand.shape)


def _same(a: Tensor, b: Tensor) -> bool:
    """Whether two results are the same but for rounding in float32, which counts against the largest number."""
    a, b = a.double(), b.double()
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
