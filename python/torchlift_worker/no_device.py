class NoDevice(Exception):
    """The device that was asked for isn't there."""

    code = "no-device"
