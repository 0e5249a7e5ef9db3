import pytest
from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.journal import Journal

TARGET = "http://127.0.0.1:8800"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orders.csv.progress"


def test_what_was_added_is_known_to_the_next_run(path):
    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")
        assert (2, "A-1") in journal

    with Journal(path, TARGET) as again:
        assert (2, "A-1") in again
        assert len(again) == 1


def test_a_row_that_moved_or_changed_its_order_is_not_done(path):
    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")

        assert (3, "A-1") not in journal
        assert (2, "A-2") not in journal


def test_it_is_on_the_disk_every_few_rows_without_being_closed(path):
    with Journal(path, TARGET) as journal:
        for number in range(2, 202):
            journal.add(number, str(number))

        assert len(path.read_text().splitlines()) == 201


def test_a_line_that_a_crash_cut_off_counts_as_not_done(path):
    with Journal(path, TARGET) as journal:
        for number in range(2, 5):
            journal.add(number, str(number))
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])

    with Journal(path, TARGET) as again:
        assert [(n, str(n)) in again for n in range(2, 5)] == [True, True, False]
        again.add(4, "4")

    assert path.read_bytes() == whole


def test_a_title_that_a_crash_cut_off_is_written_again(path):
    path.write_bytes(b"hedgerow imp")

    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")

    assert path.read_text().splitlines()[0] == f"hedgerow import 1 {TARGET}"
    assert len(path.read_text().splitlines()) == 2


def test_two_imports_of_one_file_do_not_run_at_once(path):
    with Journal(path, TARGET):
        with pytest.raises(ClientError, match="Another import of this file is running"):
            Journal(path, TARGET)


def test_a_journal_of_another_gateway_is_not_used(path):
    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")
    before = path.read_bytes()

    with pytest.raises(ClientError, match="belongs to another import"):
        Journal(path, "http://elsewhere")

    assert path.read_bytes() == before


def test_a_file_that_is_no_journal_is_left_alone(path):
    path.write_text("somebody's notes\n")

    with pytest.raises(ClientError, match="belongs to another import"):
        Journal(path, TARGET)

    assert path.read_text() == "somebody's notes\n"


def test_starting_anew_forgets_what_was_done(path):
    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")

    with Journal(path, "http://elsewhere", restart=True) as anew:
        assert (2, "A-1") not in anew

    assert path.read_text() == "hedgerow import 1 http://elsewhere\n"


def test_starting_anew_waits_for_nobodys_import_to_end(path):
    with Journal(path, TARGET) as journal:
        journal.add(2, "A-1")
        with pytest.raises(ClientError, match="Another import"):
            Journal(path, TARGET, restart=True)

    with Journal(path, TARGET) as again:
        assert (2, "A-1") in again


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ClientError, match="--state names another folder"):
        Journal(tmp_path / "none" / "x.progress", TARGET)
