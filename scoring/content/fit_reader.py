"""Teaching the sentence encoder to read answers: what each token's clause does, and whether the question is answered.

One network learns both at once, and, as a third task that helps the two and is not kept, how high the answer stands (Caruana 1997,
"Multitask Learning"). In each round every answer is seen once, in one of
its wordings (as it stands, without punctuation, with words missing), and held against other questions as well.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from interview_analysis.models.half_precision import half_precision
from interview_analysis.models.text.adapted import AdaptedEncoder, Told, told
from interview_analysis.models.text.adapters import AdaptedNetwork, padded
from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.models.torch_threads import threads
from interview_analysis.scoring.content.examples import (
    REAL_WEIGHT,
    STORY,
    Known,
    shares_of,
    unpunctuated,
)
from interview_analysis.scoring.content.functions import FUNCTIONS, Array
from interview_analysis.scoring.content.reader import BETWEEN, Heads, Reader, clause_spans, tokens_of
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Language

NOT_ABOUT = ("offtopic", "catchall")
NOT_ABOUT_WEIGHT = 2.0
OTHER_WEIGHT = 0.5  # of an answer that is held against the question about something else
LEVEL_WEIGHT = 1.5
UNPUNCTUATED, MISSING, OPENED = 0.3, 0.5, 0.4  # shares of the answers
UNASKED, HELD_AGAINST = 0.1, 0.6
Piece = tuple[tuple[str, ...], str]  # what a part of an answer does, and its words
Steps = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Training:
    """`rounds` over all answers, with changes of `rank` to all but the first `frozen` layers; `tokens` at a time."""

    rounds: int = 3
    rank: int = 16
    frozen: int = 4
    tokens: int = 1600
    rate: float = 1e-3
    heads_rate: float = 2e-3
    dropout: float = 0.1
    warm_up: int = 50
    seed: int = 20261129


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its question, and what is to be told of it; a weight of 0 means that it is not known."""

    text: Told
    functions: Array  # (t, F) of the answer's own tokens
    functions_weight: float = 0.0
    answers: float = 0.0
    answers_weight: float = 0.0
    level: float = 0.0
    level_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learned of functions and answering: `quick` for the thousands of answers that fitting reads, in half precision where the processor has it, `reader` to keep."""

    quick: Reader
    reader: Reader


@dataclass
class _Network:
    states: AdaptedNetwork
    heads: nn.ModuleDict
    thresholds: nn.Parameter = field(
        default_factory=lambda: nn.Parameter(torch.tensor([-3.0, -1.0, 1.0, 3.0]))
    )

    def __call__(self, texts: list[Told], dropout: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits: functions of all tokens (n, t, F), answers (n,), height (n,); and which tokens are the answers' own."""
        ids, present = padded([text.ids for text in texts])
        own = torch.zeros_like(present)
        for row, text in zip(own, texts, strict=True):
            row[text.own] = True
        states = self.states(ids, present, dropout).float()
        logits = self.heads["pools"](states).masked_fill(~own[..., None], -1e9)
        pooled = logits.softmax(dim=1).transpose(1, 2) @ states
        answers = self.heads["answers"](torch.cat([pooled[:, 0], states[:, 0]], dim=1))[:, 0]
        return self.heads["functions"](states), answers, self.heads["whole"](pooled[:, 1])[:, 0], own

    def taught(self) -> Taught:
        def array(tensor: Tensor) -> Array:
            return tensor.detach().numpy().astype(np.float64)

        own = dict(self.heads.named_parameters())
        heads = Heads(
            functions=array(own["functions.weight"]), intercepts=array(own["functions.bias"]),
            pool=array(own["pools.weight"])[0], answers=array(own["answers.weight"])[0], offset=array(own["answers.bias"])[0],
        )  # fmt: skip
        quick = Reader(self.states.eval(), heads)
        return Taught(quick, Reader(AdaptedEncoder(self.states.base, self.states.changes()), heads))


def fit_reader(
    known: Sequence[Known],
    library: Sequence[Competency],
    base: PackedEncoder,
    training: Training,
    on_step: Steps,
) -> Taught:
    """Learn from all of `known`; the same on one machine, whatever runs beside it."""
    with threads(1):
        network = _network(base, training)
        chance = random.Random(training.seed)
        changes = [p for p in network.states.parameters() if p.requires_grad]
        heads = [*network.heads.parameters(), network.thresholds]
        rates = (training.rate, training.heads_rate)
        optimiser = torch.optim.AdamW(
            [{"params": group, "lr": rate} for group, rate in zip((changes, heads), rates, strict=True)]
        )
        step = total = 0
        for _ in range(training.rounds):
            examples = examples_of(known, library, base, chance)
            batches = _batches(examples, training.tokens, chance)
            total = total or len(batches) * training.rounds
            for batch in batches:
                share = _warm(step, total, training.warm_up)
                for group, rate in zip(optimiser.param_groups, rates, strict=True):
                    group["lr"] = rate * share
                optimiser.zero_grad()
                _loss(network, batch, training.dropout).backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_([*changes, *heads], 1.0)
                optimiser.step()
                step += 1
                on_step(min(step, total), total)
        on_step(total, total)
        return network.taught()


def _network(base: PackedEncoder, training: Training) -> _Network:
    chance = torch.Generator().manual_seed(training.seed)
    wide = base.width
    sizes = {
        "functions": (wide, len(FUNCTIONS)),
        "pools": (wide, 2),
        "answers": (2 * wide, 1),
        "whole": (wide, 1),
    }
    heads = nn.ModuleDict({name: nn.Linear(*size, bias=name != "pools") for name, size in sizes.items()})
    for parameter in heads.parameters():
        parameter.data = torch.randn(parameter.shape, generator=chance) / math.sqrt(wide)
    states = AdaptedNetwork(base, training.rank, training.frozen, chance)
    states.train()
    return _Network(states, heads)


def _warm(step: int, total: int, warm_up: int) -> float:
    """Share of the full rate: rises at first, falls along half a cosine (Loshchilov & Hutter 2017)."""
    return min(1.0, (step + 1) / warm_up) * (1 + math.cos(math.pi * min(1.0, step / total))) / 2


def _loss(network: _Network, batch: Sequence[Example], dropout: float) -> Tensor:
    """Sum of three: cross entropy of functions, mean over an answer's tokens; of answering; of each threshold of a level."""
    with half_precision():
        functions, answers, height, own = network([example.text for example in batch], dropout)

    def of(name: str) -> Tensor:
        return torch.tensor([getattr(example, name) for example in batch], dtype=torch.float32)

    wanted = torch.zeros(functions.shape)
    for row, example in zip(wanted, batch, strict=True):
        row[example.text.own] = torch.tensor(example.functions, dtype=torch.float32)
    logs = functions.float().log_softmax(dim=-1)
    by_token = -(wanted * logs).sum(dim=-1) * own
    told_right = (by_token.sum(dim=1) / own.sum(dim=1).clamp(min=1)) @ of("functions_weight")
    answered = functional.binary_cross_entropy_with_logits(answers.float(), of("answers"), reduction="none")
    above = torch.stack([(of("level") - least).clamp(0, 1) for least in (1, 2, 3, 4)], dim=1)
    levels = functional.binary_cross_entropy_with_logits(
        height.float()[:, None] - network.thresholds, above, reduction="none"
    ).mean(dim=1)
    total = told_right + answered @ of("answers_weight") + LEVEL_WEIGHT * (levels @ of("level_weight"))
    return total / len(batch)


def _batches(examples: Sequence[Example], tokens: int, chance: random.Random) -> list[list[Example]]:
    """Examples of about one length together, at most `tokens` with what is filled up, in random order."""
    order = sorted(examples, key=lambda e: len(e.text.ids) + 20 * chance.random())
    batches: list[list[Example]] = [[]]
    for example in order:
        longest = max(len(e.text.ids) for e in [*batches[-1], example])
        if batches[-1] and longest * (len(batches[-1]) + 1) > tokens:
            batches.append([])
        batches[-1].append(example)
    chance.shuffle(batches)
    return batches


def examples_of(
    known: Sequence[Known], library: Sequence[Competency], base: PackedEncoder, chance: random.Random
) -> list[Example]:
    """One round: every answer with its question, and good ones and stories with questions about something else."""
    questions = {
        language: [(c.id, q.text.get(language)) for c in library for q in c.questions]
        for language in ("en", "zh")
    }
    found = []
    for answer in known:
        of = questions[answer.lang]
        other = chance.choice([text for topic, text in of if topic != answer.competency])
        if answer.kind == STORY:
            about = chance.random() < 0.5
            own = chance.choice([text for topic, text in of if topic == answer.competency])
            found.append(
                _example(
                    base, own if about else other, _wording(answer, chance), answer.lang,
                    answers=float(about), answers_weight=1.0 if about else OTHER_WEIGHT,
                )
            )  # fmt: skip
            continue
        found.append(_own_example(base, answer, chance))
        if answer.good and chance.random() < HELD_AGAINST:
            found.append(_held_against(base, answer, other, chance))
    return found


def _own_example(base: PackedEncoder, answer: Known, chance: random.Random) -> Example:
    """An answer with its own question, or, now and then, with none."""
    weight = REAL_WEIGHT if answer.person else 1.0
    asked = chance.random() >= UNASKED
    level = answer.target
    if answer.kind in NOT_ABOUT and asked:
        level = 1.0
    about = weight if answer.good else NOT_ABOUT_WEIGHT if answer.kind in NOT_ABOUT else 0.0
    return _example(
        base, answer.question if asked else "", _wording(answer, chance), answer.lang,
        functions_weight=weight if answer.segments else 0.0,
        answers=float(answer.good), answers_weight=about if asked else 0.0,
        level=level or 0.0, level_weight=weight if level else 0.0,
    )  # fmt: skip


def _held_against(base: PackedEncoder, answer: Known, question: str, chance: random.Random) -> Example:
    """An answer with a question about something else; some bend it by the question's words."""
    weight = REAL_WEIGHT if answer.person else 1.0
    pieces = _wording(answer, chance)
    if chance.random() < OPENED:
        pieces = [(("parrot",), question if chance.random() < 0.5 else question.rstrip("?？.。")), *pieces]
    return _example(
        base, question, pieces, answer.lang,
        functions_weight=0.5 * weight if answer.segments else 0.0, answers_weight=OTHER_WEIGHT * weight,
    )  # fmt: skip


def _wording(answer: Known, chance: random.Random) -> list[Piece]:
    """The parts of an answer, as they stand, or without punctuation, or with words (or characters) missing."""
    pieces: list[Piece] = answer.labels() if answer.segments else [((), answer.said)]
    bare = chance.random() < UNPUNCTUATED
    missing = chance.choice((0.07, 0.15)) if chance.random() < MISSING else 0.0
    found = []
    for functions, text in pieces:
        words = list(text) if answer.lang == "zh" else text.split()
        kept = BETWEEN[answer.lang].join(w for w in words if not missing or chance.random() >= missing)
        said = unpunctuated(kept, answer.lang) if bare else kept
        if said.strip():
            found.append((functions, said))
    return found or pieces


def _example(
    base: PackedEncoder, question: str, pieces: Sequence[Piece], language: Language, **targets: float
) -> Example:
    words = [text for _, text in pieces]
    text = told(base, question, BETWEEN[language].join(words))
    wanted = np.zeros((len(text.spans), len(FUNCTIONS)))
    if text.spans:
        for (functions, _), rows in zip(pieces, tokens_of(text, clause_spans(words, language)), strict=True):
            for column, share in shares_of(functions):
                wanted[rows, column] += share
    return Example(text, wanted, **targets)
