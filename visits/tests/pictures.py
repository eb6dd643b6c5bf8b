"""Made-up photos."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

# Tag of the orientation: 6 is a phone held upright, the picture lying on its side.
ORIENTATION, LYING = 0x0112, 6
GPS = 0x8825


def picture(size=(40, 30), *, kind="JPEG", exif=None, colour="red"):
    """An upload of a picture, ``exif`` being {tag: value}."""
    file = BytesIO()
    image = Image.new("RGB", size, colour)
    data = Image.Exif()
    for tag, value in (exif or {}).items():
        data[tag] = value
    options = {"exif": data.tobytes()} if exif else {}
    image.save(file, kind, **options)
    return SimpleUploadedFile("IMG_0001.jpg", file.getvalue(), content_type="image/jpeg")
