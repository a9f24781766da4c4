//! What a junction field-effect transistor's `.model` card and element line set.

use crate::parameters::parameters;

parameters! {
    /// Junction field-effect transistor (J), level 1. Currents, capacitances and conductances are for an area factor of one.
    pub struct JfetModel {
        /// Model level; only 1 exists here.
        level: f64 = 1.0, ["level"];
        /// Threshold voltage, V (negative for depletion, of p-channel transistors too).
        vto: f64 = -2.0, ["vto", "vt0"];
        /// Transconductance parameter, A/V^2.
        beta: f64 = 1e-4, ["beta"];
        /// Channel length modulation, 1/V.
        lambda: f64 = 0.0, ["lambda"];
        /// Doping tail parameter; 1 for the square law.
        b: f64 = 1.0, ["b"];
        /// Drain resistance, ohm.
        rd: f64 = 0.0, ["rd"];
        /// Source resistance, ohm.
        rs: f64 = 0.0, ["rs"];
        /// Gate-source zero-bias depletion capacitance, F.
        cgs: f64 = 0.0, ["cgs"];
        /// Gate-drain zero-bias depletion capacitance, F.
        cgd: f64 = 0.0, ["cgd"];
        /// Built-in potential of the gate junctions, V.
        pb: f64 = 1.0, ["pb"];
        /// Fraction of the built-in potential above which capacitances are linear; above 0.95 taken for 0.95.
        fc: f64 = 0.5, ["fc"];
        /// Saturation current of the gate junctions, A.
        is: f64 = 1e-14, ["is"];
        /// Temperature exponent of the saturation current; none when not given.
        xti: Option<f64> = None, ["xti"];
        /// Energy gap of the saturation current's temperature law, eV.
        eg: f64 = 1.11, ["eg"];
        /// Temperature coefficient by which the threshold voltage falls, V/K.
        tcv: f64 = 0.0, ["tcv"];
        /// Temperature coefficient by which the threshold voltage rises, V/K; takes the place of `tcv`.
        vtotc: Option<f64> = None, ["vtotc"];
        /// Temperature exponent of `beta`.
        bex: f64 = 0.0, ["bex"];
        /// Exponential temperature coefficient of `beta`, percent per kelvin; takes the place of `bex`.
        betatce: Option<f64> = None, ["betatce"];
        /// Parameter measurement temperature, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom", "tref"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Flicker noise exponent.
        af: f64 = 1.0, ["af"];
        /// Channel noise law: below 3 the saturated channel's, 3 van der Ziel's in the linear region too.
        nlev: f64 = 2.0, ["nlev"];
        /// Channel noise coefficient when `nlev` is 3.
        gdsnoi: f64 = 1.0, ["gdsnoi"];
    }
}

parameters! {
    /// What a junction field-effect transistor's element line sets.
    pub struct JfetInstance {
        /// Area factor.
        area: f64 = 1.0, ["area"];
        /// Number of equal transistors in parallel.
        m: f64 = 1.0, ["m"];
        /// Temperature, Celsius; the ambient one plus `dtemp` when not given.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, kelvin.
        dtemp: f64 = 0.0, ["dtemp"];
        /// Not zero when an operating point starts with the transistor off.
        off: f64 = 0.0, ["off"];
        /// Initial drain-source voltage of a transient with `uic`, V: the first number of `ic=vds,vgs`.
        icvds: Option<f64> = None, ["icvds", "ic-vds"];
        /// Initial gate-source voltage of a transient with `uic`, V: the second number of `ic=vds,vgs`.
        icvgs: Option<f64> = None, ["icvgs", "ic-vgs"];
    }
}
