"""What a fresh server brings in behind its first page, and that heavy answers are computed one after the other."""

import subprocess
import sys
import threading
import time

from pages.shared.data import in_turn

WARM = """
import gc, sys
from pages.shared.warm import warm_up
assert "scipy.stats" not in sys.modules
thread = warm_up()
assert warm_up() is thread
thread.join(timeout=120)
assert not thread.is_alive()
missing = {"scipy.stats", "altair", "pages.shared.sensitivity.data", "pages.shared.cells.views"} - set(sys.modules)
assert not missing, missing
assert "jax" not in sys.modules
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
"""


def test_a_fresh_server_imports_what_all_pages_need_but_no_jax() -> None:
    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_one_session_computes_at_a_time_and_each_gets_its_own_answer() -> None:
    at_work: list[int] = []
    most: list[int] = []

    @in_turn
    def double(number: int) -> int:
        at_work.append(number)
        most.append(len(at_work))
        time.sleep(0.01)
        at_work.remove(number)
        return 2 * number

    answers: dict[int, int] = {}
    threads = [threading.Thread(target=lambda n=n: answers.update({n: double(n)})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert answers == {n: 2 * n for n in range(8)}
    assert max(most) == 1


def test_what_is_computed_in_turn_may_need_another_of_its_kind() -> None:
    @in_turn
    def sum_to(number: int) -> int:
        return number + sum_to(number - 1) if number else 0

    assert sum_to(4) == 10
