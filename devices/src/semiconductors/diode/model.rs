//! What a diode's `.model` card and element line set.

use crate::parameters::parameters;

parameters! {
    /// Junction diode (D), level 1. Currents, capacitances and the series conductance are for an area factor of one.
    pub struct DiodeModel {
        /// Model level; only 1 exists here.
        level: f64 = 1.0, ["level"];
        /// Saturation current, A.
        is: f64 = 1e-14, ["is", "js"];
        /// Saturation current of the sidewall for a perimeter factor of one, A.
        jsw: f64 = 0.0, ["jsw", "isw"];
        /// Emission coefficient.
        n: f64 = 1.0, ["n"];
        /// Emission coefficient of the sidewall; that of the area when not given.
        ns: Option<f64> = None, ["ns"];
        /// Recombination current, A; none when not given.
        isr: Option<f64> = None, ["isr"];
        /// Emission coefficient of the recombination current.
        nr: f64 = 1.0, ["nr"];
        /// Series resistance, ohm.
        rs: f64 = 0.0, ["rs"];
        /// First temperature coefficient of the series resistance, 1/K.
        trs1: f64 = 0.0, ["trs1", "trs"];
        /// Second temperature coefficient of the series resistance, 1/K^2.
        trs2: f64 = 0.0, ["trs2"];
        /// Transit time, s.
        tt: f64 = 0.0, ["tt"];
        /// First temperature coefficient of the transit time, 1/K.
        ttt1: f64 = 0.0, ["ttt1"];
        /// Second temperature coefficient of the transit time, 1/K^2.
        ttt2: f64 = 0.0, ["ttt2"];
        /// Zero-bias depletion capacitance, F.
        cjo: f64 = 0.0, ["cjo", "cj0", "cj"];
        /// Built-in potential, V.
        vj: f64 = 1.0, ["vj", "pb"];
        /// Grading coefficient.
        mj: f64 = 0.5, ["m", "mj"];
        /// First temperature coefficient of the grading coefficient, 1/K.
        tm1: f64 = 0.0, ["tm1"];
        /// Second temperature coefficient of the grading coefficient, 1/K^2.
        tm2: f64 = 0.0, ["tm2"];
        /// Fraction of the built-in potential above which the capacitance is linear.
        fc: f64 = 0.5, ["fc"];
        /// Zero-bias depletion capacitance of the sidewall, F.
        cjsw: f64 = 0.0, ["cjsw", "cjp"];
        /// Built-in potential of the sidewall, V.
        vjsw: f64 = 1.0, ["vjsw", "php"];
        /// Grading coefficient of the sidewall.
        mjsw: f64 = 0.33, ["mjsw"];
        /// As `fc`, for the sidewall.
        fcs: f64 = 0.5, ["fcs"];
        /// Forward knee current of high injection, A; no knee when zero or not given.
        ikf: Option<f64> = None, ["ikf", "ik"];
        /// Reverse knee current, A; no knee when zero or not given.
        ikr: Option<f64> = None, ["ikr"];
        /// Breakdown voltage, V; no breakdown when not given.
        bv: Option<f64> = None, ["bv", "vb", "vrb", "var"];
        /// Current at the breakdown voltage, A.
        ibv: f64 = 1e-3, ["ibv", "ib"];
        /// Emission coefficient of breakdown; `n` when not given.
        nbv: Option<f64> = None, ["nbv", "nz"];
        /// Temperature coefficient of the breakdown voltage, V/K, or 1/K when `tlev` is 1.
        tcv: f64 = 0.0, ["tcv", "tbv1"];
        /// Area factor of elements that do not give one.
        area: f64 = 1.0, ["area"];
        /// Perimeter factor of elements that do not give one.
        pj: f64 = 0.0, ["pj"];
        /// Parameter measurement temperature, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom", "tref"];
        /// Energy gap of the saturation currents' temperature law, eV.
        eg: f64 = 1.11, ["eg"];
        /// Temperature exponent of the saturation currents.
        xti: f64 = 3.0, ["xti"];
        /// Temperature law of the breakdown voltage: 0 or 1.
        tlev: f64 = 0.0, ["tlev"];
        /// Temperature law of potentials and capacitances: 0 the physical one, 1 linear coefficients.
        tlevc: f64 = 0.0, ["tlevc"];
        /// Temperature coefficient of `cjo` when `tlevc` is 1, 1/K.
        cta: f64 = 0.0, ["cta", "ctc"];
        /// Temperature coefficient of `cjsw` when `tlevc` is 1, 1/K.
        ctp: f64 = 0.0, ["ctp"];
        /// Temperature coefficient of `vj` when `tlevc` is 1, V/K.
        tpb: f64 = 0.0, ["tpb", "tvj"];
        /// Temperature coefficient of `vjsw` when `tlevc` is 1, V/K.
        tphp: f64 = 0.0, ["tphp"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Flicker noise exponent.
        af: f64 = 1.0, ["af"];
        /// Tunnelling saturation current, A; must be zero.
        jtun: f64 = 0.0, ["jtun"];
        /// Tunnelling saturation current of the sidewall, A; must be zero.
        jtunsw: f64 = 0.0, ["jtunsw"];
        /// Emission coefficient of tunnelling; without effect.
        ntun: f64 = 30.0, ["ntun"];
        /// Temperature exponent of tunnelling; without effect.
        xtitun: f64 = 3.0, ["xtitun"];
        /// Energy gap factor of tunnelling; without effect.
        keg: f64 = 1.0, ["keg"];
        /// Thermal resistance of self-heating, K/W; without effect, as in elements without a thermal node.
        rth0: f64 = 0.0, ["rth0"];
        /// Thermal capacitance of self-heating, J/K; without effect.
        cth0: f64 = 1e-5, ["cth0"];
        /// Safe operating area: forward voltage, V; without effect.
        fv_max: f64 = 1e99, ["fv_max"];
        /// Safe operating area: reverse voltage, V; without effect.
        bv_max: f64 = 1e99, ["bv_max"];
        /// Safe operating area: current, A; without effect.
        id_max: f64 = 1e99, ["id_max"];
        /// Safe operating area: power, W; without effect.
        pd_max: f64 = 1e99, ["pd_max"];
        /// Safe operating area: temperature, Celsius; without effect.
        te_max: f64 = 1e99, ["te_max"];
    }
}

parameters! {
    /// What a diode's element line sets.
    pub struct DiodeInstance {
        /// Area factor; the model's when not given.
        area: Option<f64> = None, ["area"];
        /// Perimeter factor of the sidewall; the model's when not given.
        pj: Option<f64> = None, ["pj", "perim"];
        /// Number of equal diodes in parallel.
        m: f64 = 1.0, ["m"];
        /// Temperature, Celsius; the ambient one plus `dtemp` when not given.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, kelvin.
        dtemp: f64 = 0.0, ["dtemp"];
        /// Not zero when an operating point starts with the diode off.
        off: f64 = 0.0, ["off"];
        /// Initial voltage of a transient with `uic`, V.
        ic: Option<f64> = None, ["ic"];
    }
}
