import gzip
import tracemalloc

import pytest
from hedgerow.contracts.values import Datum
from hedgerow_gateway.client.api import ClientError
from hedgerow_gateway.client.order_row import Defaults
from hedgerow_gateway.client.orders_csv import OrderFile

HEADER = "order_id,lon,lat,lines\n"
GOOD = 'A-1,121.55,29.87,"[[""BRG"",1]]"\n'
WGS84 = Defaults(datum=Datum.WGS84, currency="CNY")


def read(path, defaults=WGS84):
    with OrderFile.open(path, defaults) as file:
        return [(row.number, row.order_id, [f.message for f in row.faults]) for row in file.rows()]


@pytest.fixture
def written(tmp_path):
    def write(content, name="orders.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_rows_are_numbered_as_in_a_spreadsheet(written):
    assert read(written(HEADER + GOOD + GOOD)) == [(2, "A-1", []), (3, "A-1", [])]


def test_compressed_files_are_known_by_their_content(written):
    packed = gzip.compress((HEADER + GOOD).encode())

    assert read(written(packed, "orders.csv")) == [(2, "A-1", [])]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(written):
    content = b"\xef\xbb\xbf" + (HEADER + GOOD).replace("\n", "\r\n").encode()

    assert read(written(content)) == [(2, "A-1", [])]


def test_other_columns_are_left_alone_and_the_order_is_free(written):
    path = written('lat,note,lines,lon,order_id\n29.87,x,"[[""BRG"",1]]",121.55,A-1\n')

    assert read(path) == [(2, "A-1", [])]


def test_a_value_may_run_over_several_lines(written):
    path = written("order_id,lon,lat,lines,address\n" + GOOD.strip() + ',"line 1\nline 2"\n' + "x")

    rows = read(path)

    assert rows[0] == (2, "A-1", [])
    assert rows[1] == (3, "", ["This row has 1 values, the header 5."])


def test_one_bad_row_does_not_harm_its_neighbours(written):
    path = written(HEADER + GOOD + "A-2,1\n" + 'A-3,1,1,"x"y\n' + GOOD)

    rows = read(path)

    assert [row[:2] for row in rows] == [(2, "A-1"), (3, ""), (4, ""), (5, "A-1")]
    assert rows[1][2] == ["This row has 2 values, the header 4."]
    assert rows[2][2] == ["This row is not CSV: ',' expected after '\"'."]


def test_bytes_that_are_no_utf8_spoil_their_row_only(written):
    path = written((HEADER + GOOD).encode() + "A-é,1,1,[]\n".encode("latin-1") + GOOD.encode())

    assert [bool(faults) for _, _, faults in read(path)] == [False, True, False]


def test_blank_lines_are_passed_over(written):
    assert [row[1] for row in read(written(HEADER + "\n" + GOOD + "\n"))] == ["A-1"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "lacks the columns order_id, lon, lat, lines"),
        ("order_id,lon,lat\n", "lacks the columns lines"),
        (HEADER.replace("lon", "lon,lon"), "has columns twice: lon"),
        (b"\x1f\x8b\x08nonsense", "cannot be read"),
        ('"unfinished', "cannot be read"),
        ("x" * 1_000_001, "over 1,000,000 characters"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(written, content, sentence):
    with pytest.raises(ClientError, match=sentence):
        OrderFile.open(written(content), WGS84)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(ClientError, match=r"none.csv cannot be read: No such file"):
        OrderFile.open(tmp_path / "none.csv", WGS84)


def test_the_datum_must_be_given_somewhere(written):
    without = written(HEADER + GOOD)
    with pytest.raises(ClientError, match="does not say the datum"):
        OrderFile.open(without, Defaults())

    column = written("order_id,lon,lat,lines,datum\n" + GOOD.strip() + ",BD09\n")
    assert read(column, Defaults()) == [(2, "A-1", [])]


def test_a_truncated_archive_fails_where_it_ends(written):
    packed = gzip.compress((HEADER + GOOD * 5000).encode(), mtime=0)
    path = written(packed[: len(packed) // 2])

    with pytest.raises(ClientError, match=r"row \d+: cannot be read"):
        read(path)


def test_a_large_file_is_never_in_memory(written):
    path = written(HEADER.replace("\n", ",note\n") + (GOOD.strip() + f",{'x' * 3000}\n") * 1500)
    tracemalloc.start()
    with OrderFile.open(path, WGS84) as file:
        count = sum(1 for row in file.rows() if not row.faults)
        ended = file.position()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 1500
    assert ended == file.size == path.stat().st_size > 4_500_000
    assert peak < 600_000
