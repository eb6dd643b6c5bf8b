"""Photos of a visit: what is kept of them, once however often they come, and who may see them."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from visits.models import Visit, VisitPhoto
from visits.services.photos import LONGEST_SIDE, MOST_PHOTOS
from visits.tests.conftest import JULY
from visits.tests.pictures import GPS, LYING, ORIENTATION, picture

MB = 1024 * 1024


@pytest.fixture
def visit(household, people):
    return Visit.objects.create(
        household=household, month=JULY, visited_on="2022-07-08", visitor=people["cadre"], state="submitted"
    )


@pytest.fixture
def deliver(client, people, household):
    """``deliver(upload, who="cadre", uuid=None)``: the answer to one photo."""

    def post(upload, *, who="cadre", uuid=None, month="2022-07"):
        client.force_login(people[who])
        fields = {"client_uuid": str(uuid or uuid4())} | ({"photo": upload} if upload else {})
        return client.post(
            f"/visits/{household.number}/{month}/photos/", fields, headers={"accept": "application/json"}
        )

    return post


def stored(photo):
    with photo.file.open("rb") as file:
        image = Image.open(BytesIO(file.read()))
        image.load()
    return image


def test_a_photo_is_kept_small_upright_and_without_where_it_was_taken(deliver, visit):
    taken = picture((4000, 3000), exif={ORIENTATION: LYING, GPS: {1: "N", 2: (39.0, 21.0, 0.0)}})
    assert Image.open(taken).getexif().get_ifd(GPS)
    taken.seek(0)
    answer = deliver(taken)
    assert (answer.status_code, answer.json()["status"], answer.json()["replay"]) == (200, "kept", False)
    photo = VisitPhoto.objects.get()
    image = stored(photo)
    assert (image.format, image.size) == ("JPEG", (1200, LONGEST_SIDE))
    assert not image.getexif()
    assert "exif" not in image.info
    assert (photo.visit, photo.taken_by) == (visit, visit.visitor)


def test_the_stored_name_tells_nothing(deliver, visit, household):
    deliver(picture())
    deliver(picture())
    names = set(VisitPhoto.objects.values_list("file", flat=True))
    assert len(names) == 2
    for name in names:
        assert "IMG" not in name
        assert household.number not in name


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_kinds_of_pictures_become_jpeg(deliver, visit, kind):
    assert deliver(picture(kind=kind)).status_code == 200
    assert stored(VisitPhoto.objects.get()).format == "JPEG"


def test_the_same_photo_again_is_one_photo(deliver, visit):
    uuid = uuid4()
    first, again = deliver(picture(), uuid=uuid).json(), deliver(picture(), uuid=uuid).json()
    assert (again["replay"], again["address"]) == (True, first["address"])
    assert VisitPhoto.objects.count() == 1


def test_the_number_of_somebody_elses_photo_is_refused(deliver, visit, household, people):
    household.helper = people["helper"]
    household.save()
    uuid = uuid4()
    deliver(picture(), uuid=uuid)
    answer = deliver(picture(colour="blue"), uuid=uuid, who="helper")
    assert (answer.status_code, "已经用过" in answer.json()["message"]) == (422, True)
    assert VisitPhoto.objects.get().taken_by == people["cadre"]


def test_so_many_photos_and_no_more(deliver, visit):
    assert {deliver(picture()).status_code for _ in range(MOST_PHOTOS)} == {200}
    answer = deliver(picture())
    assert (answer.status_code, f"最多 {MOST_PHOTOS} 张" in answer.json()["message"]) == (422, True)
    assert VisitPhoto.objects.count() == MOST_PHOTOS


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (lambda: SimpleUploadedFile("a.jpg", b"0" * (20 * MB), "image/jpeg"), "20 MB，最大 10 MB"),
        (lambda: SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg"), "不是照片"),
        (lambda: SimpleUploadedFile("a.jpg", picture((800, 600)).read()[:300], "image/jpeg"), "已经损坏"),
        (lambda: SimpleUploadedFile("a.jpg", b"", "image/jpeg"), "不是照片"),
        (lambda: picture((12000, 6000), kind="PNG"), "尺寸太大"),
        (lambda: None, "没有收到照片"),
    ],
    ids=["20 MB", "no picture", "cut off", "empty", "unfolds", "none"],
)
def test_what_is_no_photo_is_refused_in_words(deliver, visit, upload, words):
    answer = deliver(upload())
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert not VisitPhoto.objects.exists()


def test_a_photo_needs_its_number_and_its_visit(deliver, visit):
    assert "没有编号" in deliver(picture(), uuid="abc").json()["message"]
    answer = deliver(picture(), month="2022-06")
    assert (answer.status_code, answer.json()["status"]) == (404, "missing")
    assert not VisitPhoto.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("cadre", 200),
        ("township", 200),
        ("auditor", 200),
        ("next_cadre", 404),
        ("other_township", 404),
        ("system", 404),
    ],
)
def test_a_photo_is_seen_by_whoever_sees_the_visit(deliver, visit, client, people, who, status):
    address = deliver(picture()).json()["address"]
    client.force_login(people[who])
    answer = client.get(address)
    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert "private" in answer["Cache-Control"]
        assert Image.open(BytesIO(answer.getvalue())).size == (40, 30)


def test_a_photo_of_another_household_has_no_address_here(deliver, visit, client, people, make_household, village):
    other = make_household(village)
    address = deliver(picture()).json()["address"]
    wrong = address.replace(visit.household.number, other.number)
    client.force_login(people["cadre"])
    assert (client.get(address).status_code, client.get(wrong).status_code) == (200, 404)


def test_without_script_photos_come_with_the_form_once_and_a_bad_one_is_named(past, filled, client, people):
    client.force_login(people["cadre"])
    fields, address = filled(), f"/visits/{past.number}/2022-07/"
    for _ in range(2):
        photos = [picture(), SimpleUploadedFile("notes.txt", b"no picture at all")]
        page = client.post(address, {**fields, "photos": photos}, follow=True)
    content = page.content.decode()
    assert "第 2 张照片没有存上：这个文件不是照片" in content
    assert "7 月走访已上报" in content
    assert VisitPhoto.objects.get().visit == Visit.objects.get(month=JULY)
