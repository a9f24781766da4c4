//! Independent and controlled sources and switches: stamps, waveforms against ngspice, properties.

mod against_ngspice;
mod controlled;
mod independent;
mod ngspice;
mod noise;
mod switches;
mod waveforms;
