"""Keeping a picture of a visit: once however often it is delivered, small, and without where and how it was taken."""

from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from visits.models import Visit, VisitPhoto

MOST_BYTES = 10 * 1024 * 1024
# A small file can unfold to a picture that fills the memory.
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
QUALITY = 80
MOST_PHOTOS = 9
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


class PhotoRefused(Exception):
    """The picture cannot be kept; the reason is for the person (Chinese)."""


def keep_photo(*, visit, upload, client_uuid, user):
    """Keep the delivered picture of a visit and return (``VisitPhoto``, whether it had been kept before).

    What is stored is a JPEG of at most 1600 pixels a side, upright, without any data of camera or place,
    under a random name. Raises ``PhotoRefused``, and then nothing is kept.
    """
    known = VisitPhoto.objects.filter(client_uuid=client_uuid).first()
    if known is not None:
        return _same(known, visit, user), True
    picture = redrawn(upload)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            list(Visit.objects.filter(pk=visit.pk).select_for_update().values_list("pk"))
        known = VisitPhoto.objects.filter(client_uuid=client_uuid).first()
        if known is not None:
            return _same(known, visit, user), True
        if VisitPhoto.objects.filter(visit=visit).count() >= MOST_PHOTOS:
            raise PhotoRefused(f"一次走访最多 {MOST_PHOTOS} 张照片，这张没有传上去。")
        photo = VisitPhoto(visit=visit, client_uuid=client_uuid, taken_by=user, added_at=timezone.now())
        photo.file.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=False)
        try:
            photo.save()
        except BaseException:
            # The database forgets the row by itself, the disk does not.
            photo.file.delete(save=False)
            raise
    return photo, False


def _same(photo, visit, user):
    if (photo.visit_id, photo.taken_by_id) != (visit.pk, user.pk):
        raise PhotoRefused("这张照片的编号已经用过。请重新选一次照片。")
    return photo


def redrawn(upload):
    """The bytes of the picture drawn anew: only what can be seen of it stays."""
    if upload.size > MOST_BYTES:
        raise PhotoRefused(f"照片有 {upload.size / 1024 / 1024:.0f} MB，最大 10 MB。请调小一些再传。")
    try:
        with Image.open(upload, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PhotoRefused("照片的尺寸太大。请调小一些再传。")
            # A JPEG can be read smaller at once, many times faster.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            drawn = Image.new("RGB", upright.size, "white")
            # What is transparent turns white, not black.
            layer = upright.convert("RGBA")
            drawn.paste(layer, mask=layer.getchannel("A"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoRefused("这个文件不是照片，或者已经损坏。请选 JPG 或 PNG 照片。") from error
    file = BytesIO()
    drawn.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
