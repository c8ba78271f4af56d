"""Homematic radio (BidCoS) through a CUL stick or an HM-MOD-RPI-PCB module."""
