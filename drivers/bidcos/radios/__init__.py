"""Two radios behind one contract, radio.py: a CUL-type stick and the HM-MOD-RPI-PCB.

The line to them is link.py, the one file that does I/O.
"""
