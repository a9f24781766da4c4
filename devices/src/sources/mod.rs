//! Independent sources with their waveforms, controlled sources, switches.
