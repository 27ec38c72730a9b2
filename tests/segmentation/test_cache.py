"""The cache keeps results as long as a text needs them, and no longer."""

from pipeline.segmentation.cache import TwoGenerationCache


def counted() -> tuple[TwoGenerationCache[[int], int], list[int]]:
    """The squares, and which of them were computed."""
    asked: list[int] = []

    def square(n: int) -> int:
        asked.append(n)
        return n * n

    return TwoGenerationCache(square, 10), asked


def test_a_text_of_any_size_finds_all_its_results_again() -> None:
    squares, asked = counted()
    for _ in range(3):
        squares.age()
        assert [squares(n) for n in range(100)] == [n * n for n in range(100)]
    assert len(asked) == 100


def test_unused_results_are_forgotten() -> None:
    squares, asked = counted()
    for text in range(50):
        squares.age()
        for n in range(20):
            squares(20 * text + n)
        assert len(squares) <= 40
    asked.clear()
    squares(0)
    assert asked == [0]


def test_few_results_are_kept_from_text_to_text() -> None:
    squares, asked = counted()
    for _ in range(5):
        squares.age()
        for n in range(5):
            squares(n)
    assert asked == [0, 1, 2, 3, 4]
    squares.cache_clear()
    squares(0)
    assert asked[-1] == 0
    assert len(squares) == 1
