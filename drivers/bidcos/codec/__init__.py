"""Bytes and what they say, both ways: frames, messages, stick lines, module frames, signatures. Pure.

From bytes: cul.py or uart.py → frames.py → messages.py.
"""
