"""Retries, fallbacks, circuits, deadlines and payment, over generators that do as they are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.generate.made import ASKED, Told, model, soon
from tests.model_server import Fake, sequence

from avouch.adapters.openai_generator import OpenAIGenerator
from avouch.errors import AvouchError, Code
from avouch.generate.attempt import Attempt
from avouch.generate.breaker import Breaker, Circuit
from avouch.generate.gateway import Gateway, Written, waiting
from avouch.generate.relay import Relay
from avouch.generate.tokens import of_messages
from avouch.ports import Generator
from avouch.records import Message, Model, ModelKind, Piece, Request, Usage

DOWN = AvouchError(Code.MODEL_UNAVAILABLE, "m: answered 503")
BROKEN = AvouchError(Code.MODEL_BROKEN, "m: no reply")
LATE = AvouchError(Code.MODEL_TIMEOUT, "m: no reply in its time")
REFUSED = AvouchError(Code.MODEL_REFUSED, "m: answered 401")
SAID = ("The ", "dose.")
A, B = model("a"), model("b")


class Sleeper:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def gateway(*generators: Generator, failures: int = 5) -> tuple[Gateway, Sleeper]:
    sleeper = Sleeper()
    made = Gateway({one.name: one for one in generators}, 8, lambda name: Breaker(name, failures), sleeper)
    return made, sleeper


def write(made: Gateway, *models: Model, seconds: float = 10.0) -> Written:
    return made.write(models, lambda model: ASKED, soon(seconds))


def codes(written: Written) -> list[tuple[str, str, int]]:
    return [(one.model, one.code, one.tries) for one in written.attempts]


def broken_off(request: Request) -> Iterator[Piece]:
    yield Piece("The ")
    raise BROKEN


def bug(request: Request) -> Iterator[Piece]:
    yield Piece("The ")
    raise KeyError("a secret of the question")


def hang(request: Request) -> Iterator[Piece]:
    time.sleep(2)
    yield Piece("too late")


def slow(request: Request) -> Iterator[Piece]:
    for _ in range(100):
        yield Piece("word ")
        time.sleep(0.02)


def endless(request: Request) -> Iterator[Piece]:
    while True:
        yield Piece("again " * 50)


def test_the_first_that_answers() -> None:
    made, _ = gateway(Told("a", SAID), Told("b", SAID))
    written = write(made, A, B)
    assert (written.text, written.model, written.finish, written.late) == ("The dose.", A, "stop", False)
    assert codes(written) == [("a", "", 1)]
    attempt = written.attempts[0]
    assert attempt.usage.estimated and attempt.usage.output >= 2 and attempt.seconds >= attempt.first > 0


def test_it_tries_again_and_waits_in_between() -> None:
    made, sleeper = gateway(Told("a", DOWN, BROKEN, SAID))
    written = write(made, A)
    assert codes(written) == [("a", "", 3)] and len(sleeper.waits) == 2
    assert written.attempts[0].usage.input == of_messages(ASKED.messages), "only what was answered was paid for"


def test_then_the_next_one() -> None:
    a, b = Told("a", DOWN), Told("b", SAID)
    made, _ = gateway(a, b)
    written = write(made, A, B)
    assert written.model == B and codes(written) == [("a", "MODEL_UNAVAILABLE", 3), ("b", "", 1)]
    assert written.attempts[0].why == "m: answered 503"


@pytest.mark.parametrize("error", [REFUSED, LATE])
def test_what_another_try_cannot_mend_goes_to_the_next_at_once(error: AvouchError) -> None:
    made, sleeper = gateway(Told("a", error), Told("b", SAID))
    assert codes(write(made, A, B)) == [("a", error.code.name, 1), ("b", "", 1)] and not sleeper.waits


def test_what_was_begun_is_not_tried_again_and_its_half_is_thrown_away() -> None:
    made, _ = gateway(Told("a", broken_off), Told("b", SAID))
    written = write(made, A, B)
    assert written.text == "The dose." and codes(written) == [("a", "MODEL_BROKEN", 1), ("b", "", 1)]


def test_an_adapters_own_fault_is_its_models() -> None:
    made, _ = gateway(Told("a", bug), Told("b", SAID))
    written = write(made, A, B)
    assert written.model == B and "secret" not in written.attempts[0].why


def test_a_reply_that_was_withheld_is_none() -> None:
    def withheld(request: Request) -> Iterator[Piece]:
        yield Piece("Half", finish="content_filter")

    made, _ = gateway(Told("a", withheld), Told("b", SAID))
    assert codes(write(made, A, B)) == [("a", "MODEL_REFUSED", 1), ("b", "", 1)]


def test_nobody_answers() -> None:
    made, _ = gateway(Told("a", DOWN), Told("b", REFUSED))
    written = write(made, A, B, model("c"))
    assert (written.text, written.model, written.late) == ("", None, False)
    assert [one.code for one in written.attempts] == ["MODEL_UNAVAILABLE", "MODEL_REFUSED", "MODEL_REFUSED"]
    assert write(made).attempts == ()


def test_no_wait_outlasts_the_deadline() -> None:
    busy = AvouchError(Code.MODEL_UNAVAILABLE, "m: answered 429", 60.0)
    made, sleeper = gateway(Told("a", busy), Told("b", SAID))
    assert codes(write(made, A, B)) == [("a", "MODEL_UNAVAILABLE", 1), ("b", "", 1)] and not sleeper.waits


def test_waits_are_not_shorter_than_told_and_not_all_the_same() -> None:
    found = {waiting(2, 3.0) for _ in range(50)}
    assert all(3.0 <= one <= 4.0 for one in found) and len(found) > 40
    assert all(0 <= waiting(50, None) <= 8.0 for _ in range(50))


@pytest.mark.parametrize("act", [hang, slow])
def test_what_is_late_is_told_in_time(act: object) -> None:
    made, _ = gateway(Told("a", act), Told("b", SAID))  # type: ignore[arg-type]
    began = time.monotonic()
    written = write(made, A, B, seconds=0.2)
    assert 0.15 < time.monotonic() - began < 1.5, "whatever the generator does"
    assert written.late and not written.text and codes(written) == [("a", "MODEL_TIMEOUT", 1)]
    assert written.attempts[0].usage.input > 0, "it may have been read, and paid for"


def test_who_asks_in_a_hurry_does_not_open_the_circuit_for_others() -> None:
    made, _ = gateway(Told("a", hang), failures=1)
    write(made, A, seconds=0.05)
    assert made.circuit("a") is Circuit.CLOSED
    patient = replace(A, timeout=0.1)
    write(made, patient, seconds=0.2)
    assert made.circuit("a") is Circuit.OPEN, "it had all the time that is declared for it"


def test_a_reply_without_end_is_cut_off() -> None:
    made, _ = gateway(Told("a", endless))
    written = write(made, A)
    assert written.finish == "length" and 0 < len(written.text) <= 1000
    assert made.circuit("a") is Circuit.CLOSED


def test_the_circuit_opens_and_the_next_model_is_asked_without_delay() -> None:
    a, b = Told("a", DOWN), Told("b", SAID)
    made, _ = gateway(a, b, failures=4)
    for _ in range(4):
        assert write(made, A, B).model == B
    assert made.circuit("a") is Circuit.OPEN and a.asked == 4
    assert "rests" in write(made, A, B).attempts[0].why


def test_a_refusal_is_not_a_failure_of_the_server() -> None:
    made, _ = gateway(Told("a", REFUSED), failures=1)
    write(made, A)
    assert made.circuit("a") is Circuit.CLOSED


def test_leaving_a_stream_ends_it_and_blames_nobody() -> None:
    ended = threading.Event()

    def acts(request: Request) -> Iterator[Piece]:
        try:
            while True:
                yield Piece("word ")
                time.sleep(0.01)
        finally:
            ended.set()

    made, _ = gateway(Told("a", acts), failures=1)
    stream = made.stream(A, ASKED, soon())
    assert next(stream).text == "word "
    stream.close()  # type: ignore[attr-defined]
    assert ended.wait(2) and made.circuit("a") is Circuit.CLOSED


def test_a_stream_is_tried_again_only_before_its_first_word() -> None:
    made, _ = gateway(Told("a", DOWN, SAID), Told("b", broken_off))
    assert [one.text for one in made.stream(A, ASKED, soon())] == ["The ", "dose.", ""]
    texts = []
    with pytest.raises(AvouchError) as caught:
        for piece in made.stream(B, ASKED, soon()):
            texts.append(piece.text)  # noqa: PERF401
    assert texts == ["The "] and caught.value is BROKEN


def test_there_are_only_so_many_places() -> None:
    relay, a = Relay(1), Told("a", hang, SAID)
    first = relay.stream(a, ASKED, soon(0.1))
    with pytest.raises(AvouchError):
        next(first)
    with pytest.raises(AvouchError) as caught:
        next(relay.stream(a, ASKED, soon(0.1)))
    assert caught.value.code is Code.OVERLOADED, "the one that was not waited for still works"
    assert next(relay.stream(a, ASKED, soon(8))).text == "The ", "until it has ended"


# who pays


class Purse:
    def __init__(self, *says: str | AvouchError) -> None:
        self.says = list(says)
        self.settled: list[tuple[str, Usage, float]] = []
        self.held = 0

    def reserve(self, model: Model, request: Request, seconds: float) -> str:
        said = self.says.pop(0) if self.says else ""
        if isinstance(said, AvouchError):
            raise said
        self.held += not said
        return said

    def settle(self, model: Model, usage: Usage, seconds: float) -> None:
        self.held -= 1
        self.settled.append((model.name, usage, seconds))


@pytest.mark.parametrize("act", [SAID, DOWN, LATE, REFUSED, broken_off, bug])
def test_what_was_reserved_is_settled_once(act: object) -> None:
    made, _ = gateway(Told("a", act), Told("b", SAID))  # type: ignore[arg-type]
    purse = Purse()
    made.write([A, B], lambda model: ASKED, soon(), purse)
    assert purse.held == 0 and [one[0] for one in purse.settled] in (["a"], ["a", "b"])


def test_what_a_try_has_cost_is_not_spent_again_on_one_reservation() -> None:
    def counted(request: Request) -> Iterator[Piece]:
        yield Piece(usage=Usage(of_messages(request.messages), request.max_tokens))
        raise BROKEN

    made, _ = gateway(Told("a", DOWN, counted, counted), Told("b", SAID))
    purse = Purse()
    written = made.write([A, B], lambda model: ASKED, soon(), purse)
    assert codes(written) == [("a", "MODEL_BROKEN", 2), ("b", "", 1)]
    assert purse.settled[0][1] == Usage(of_messages(ASKED.messages), ASKED.max_tokens)


def test_a_model_that_is_not_paid_for_is_not_asked() -> None:
    a, b = Told("a", SAID), Told("b", SAID)
    made, _ = gateway(a, b)
    purse = Purse("the tenant's budget is spent")
    written = made.write([A, B], lambda model: ASKED, soon(), purse)
    assert written.model == B and a.asked == 0 and purse.held == 0
    assert written.attempts[0].why == "the tenant's budget is spent"


def test_a_question_that_is_refused_is_asked_of_nobody() -> None:
    a = Told("a", SAID)
    made, _ = gateway(a)
    purse = Purse(AvouchError(Code.BUDGET_SPENT, "the budget is spent", 60.0))
    with pytest.raises(AvouchError) as caught:
        made.write([A, B], lambda model: ASKED, soon(), purse)
    assert caught.value.code is Code.BUDGET_SPENT and a.asked == 0 and not purse.settled


def test_a_frame_that_does_not_fit_is_the_next_models_turn() -> None:
    def framed(one: Model) -> Request:
        if one is A:
            raise AvouchError(Code.CONTEXT_TOO_SMALL, "a has no room")
        return ASKED

    made, _ = gateway(Told("a", SAID), Told("b", SAID))
    assert codes(made.write([A, B], framed, soon())) == [("a", "CONTEXT_TOO_SMALL", 0), ("b", "", 1)]


def test_what_the_server_counted_counts() -> None:
    def counted(request: Request) -> Iterator[Piece]:
        yield Piece("word")
        yield Piece(usage=Usage(100, 20), finish="stop")

    made, _ = gateway(Told("a", DOWN, counted))
    assert write(made, A).attempts[0].usage == Usage(100, 20)


# over a real server


def test_faults_of_a_server_end_in_an_answer_of_another() -> None:
    with Fake("from a") as fake, Fake("from b") as other:
        a = Model("a", ModelKind.OPENAI, fake.url, version="1", timeout=0.3, pause=0.3)
        b = Model("b", ModelKind.OPENAI, other.url, version="1")
        made = Gateway({one.name: OpenAIGenerator(one) for one in (a, b)}, breaker=lambda name: Breaker(name, 100))
        faults = ["status 500", "truncated", "junk", "stall", "hang", "reset", "html"]
        for fault in faults:
            fake.faults += [fault] * 3
            assert write(made, a, b).text == "from b", fault
            fake.faults.clear()
        made.close()
        made = Gateway({one.name: OpenAIGenerator(one) for one in (replace(a, timeout=10.0), b)})
        fake.faults += ["status 429 retry-after: 0", "status 503"]
        written = write(made, a, b)
        assert written.text == "from a" and written.attempts[0].tries == 3
        made.close()


def test_streams_at_once_lose_and_mix_nothing() -> None:
    found: dict[str, str] = {}
    with Fake(sequence, pause=0.0005) as fake:
        one = Model("a", ModelKind.OPENAI, fake.url, version="1")
        made = Gateway({"a": OpenAIGenerator(one)})

        def ask(name: str) -> None:
            request = Request((Message("user", f"{name} 25"),), 200)
            found[name] = made.write([one], lambda model: request, soon(30)).text

        threads = [threading.Thread(target=ask, args=(f"s{number}",)) for number in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {f"s{n}": "".join(f"s{n}-{number} " for number in range(25)) for n in range(60)}


def test_what_is_written_can_be_written_down() -> None:
    made, _ = gateway(Told("a", ("a\ud83d", "\ude00 b\ud800")))
    assert write(made, A).text == "a\U0001f600 b\ufffd"


def test_an_attempt_shows_no_content() -> None:
    made, _ = gateway(Told("a", SAID))
    assert "dose" not in repr(write(made, A)) and Attempt("a").code == ""
