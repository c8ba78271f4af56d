"""Talking with devices as the radio wants it: in time, repeated, signed, within the law. Pure.

The machine is exchange.py; one device's side lane.py; what a device says by itself events.py; send time
airtime.py; whose key is whose keyring.py.
"""
