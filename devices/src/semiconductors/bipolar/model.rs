//! What a bipolar transistor's `.model` card and element line set.

use crate::parameters::parameters;

parameters! {
    /// Bipolar transistor (Q), level 1: Gummel-Poon. Currents, capacitances and conductances are for an area factor of one.
    pub struct BipolarModel {
        /// Model level; only 1 exists here.
        level: f64 = 1.0, ["level"];
        /// Transport saturation current, A.
        is: f64 = 1e-16, ["is"];
        /// Saturation current of the base-emitter junction, A; with `ibc` it takes the place of `is`.
        ibe: Option<f64> = None, ["ibe"];
        /// Saturation current of the base-collector junction, A; with `ibe` it takes the place of `is`.
        ibc: Option<f64> = None, ["ibc"];
        /// Ideal forward current gain.
        bf: f64 = 100.0, ["bf"];
        /// Forward emission coefficient.
        nf: f64 = 1.0, ["nf"];
        /// Forward Early voltage, V; infinite when zero or not given.
        vaf: Option<f64> = None, ["vaf", "va"];
        /// Forward knee current, A; infinite when zero or not given.
        ikf: Option<f64> = None, ["ikf", "ik"];
        /// Base-emitter leakage current, A; above 1e-4 a factor on `is`.
        ise: f64 = 0.0, ["ise", "c2"];
        /// Base-emitter leakage emission coefficient.
        ne: f64 = 1.5, ["ne"];
        /// Ideal reverse current gain.
        br: f64 = 1.0, ["br"];
        /// Reverse emission coefficient.
        nr: f64 = 1.0, ["nr"];
        /// Reverse Early voltage, V; infinite when zero or not given.
        var: Option<f64> = None, ["var", "vb"];
        /// Reverse knee current, A; infinite when zero or not given.
        ikr: Option<f64> = None, ["ikr"];
        /// Base-collector leakage current, A; above 1e-4 a factor on `is`.
        isc: f64 = 0.0, ["isc", "c4"];
        /// Base-collector leakage emission coefficient.
        nc: f64 = 2.0, ["nc"];
        /// Exponent of the high-current roll-off.
        nkf: f64 = 0.5, ["nkf", "nk"];
        /// Base resistance at zero current, ohm.
        rb: f64 = 0.0, ["rb"];
        /// Base current at which the base resistance is halfway to `rbm`, A; when zero it follows the base charge.
        irb: f64 = 0.0, ["irb"];
        /// Base resistance at high current, ohm; `rb` when not given.
        rbm: Option<f64> = None, ["rbm"];
        /// Emitter resistance, ohm.
        re: f64 = 0.0, ["re"];
        /// Collector resistance, ohm.
        rc: f64 = 0.0, ["rc"];
        /// Base-emitter zero-bias depletion capacitance, F.
        cje: f64 = 0.0, ["cje"];
        /// Base-emitter built-in potential, V.
        vje: f64 = 0.75, ["vje", "pe"];
        /// Base-emitter grading coefficient.
        mje: f64 = 0.33, ["mje", "me"];
        /// Forward transit time, s.
        tf: f64 = 0.0, ["tf"];
        /// Coefficient of the bias dependence of `tf`.
        xtf: f64 = 0.0, ["xtf"];
        /// Voltage of the dependence of `tf` on the base-collector voltage, V; none when zero or not given.
        vtf: Option<f64> = None, ["vtf"];
        /// Current of the high-current dependence of `tf`, A.
        itf: f64 = 0.0, ["itf"];
        /// Excess phase at the frequency `1 / (2 pi tf)`, degrees.
        ptf: f64 = 0.0, ["ptf"];
        /// Base-collector zero-bias depletion capacitance, F.
        cjc: f64 = 0.0, ["cjc"];
        /// Base-collector built-in potential, V.
        vjc: f64 = 0.75, ["vjc", "pc"];
        /// Base-collector grading coefficient.
        mjc: f64 = 0.33, ["mjc", "mc"];
        /// Fraction of the base-collector depletion capacitance at the internal base.
        xcjc: f64 = 1.0, ["xcjc"];
        /// Reverse transit time, s.
        tr: f64 = 0.0, ["tr"];
        /// Substrate zero-bias depletion capacitance, F.
        cjs: f64 = 0.0, ["cjs", "csub", "ccs"];
        /// Substrate built-in potential, V.
        vjs: f64 = 0.75, ["vjs", "ps"];
        /// Substrate grading coefficient.
        mjs: f64 = 0.0, ["mjs", "ms"];
        /// Substrate saturation current, A; none when not given.
        iss: Option<f64> = None, ["iss"];
        /// Substrate emission coefficient.
        ns: f64 = 1.0, ["ns"];
        /// Where the substrate junction is: 1 at the collector (vertical), -1 at the base (lateral); by default 1 for npn, -1 for pnp.
        subs: Option<f64> = None, ["subs"];
        /// Constant capacitance between the base and collector terminals, F.
        cbcp: f64 = 0.0, ["cbcp"];
        /// Constant capacitance between the base and emitter terminals, F.
        cbep: f64 = 0.0, ["cbep"];
        /// Constant capacitance of the substrate terminal, F, to where the substrate junction is.
        ccsp: f64 = 0.0, ["ccsp"];
        /// Temperature exponent of the current gains, or their coefficient in 1/K when `tlev` is 1.
        xtb: f64 = 0.0, ["xtb"];
        /// Energy gap of the saturation currents' temperature law, eV.
        eg: f64 = 1.11, ["eg"];
        /// Temperature exponent of the saturation currents.
        xti: f64 = 3.0, ["xti"];
        /// Fraction of the built-in potentials above which capacitances are linear.
        fc: f64 = 0.5, ["fc"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Flicker noise exponent.
        af: f64 = 1.0, ["af"];
        /// Parameter measurement temperature, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom", "tref"];
        /// Temperature law of currents and gains: 0, 1 or 3.
        tlev: f64 = 0.0, ["tlev"];
        /// Temperature law of potentials and capacitances: 0 the physical one, 1 linear coefficients.
        tlevc: f64 = 0.0, ["tlevc"];
        /// Epitaxial collector resistance of quasi-saturation, ohm; must not be given.
        rco: Option<f64> = None, ["rco"];
        /// Drift saturation voltage of quasi-saturation; without effect.
        vo: f64 = 10.0, ["vo"];
        /// Doping parameter of quasi-saturation; without effect.
        gamma: f64 = 1e-11, ["gamma"];
        /// Charge parameter of quasi-saturation; without effect.
        qco: f64 = 0.0, ["qco"];
        /// Temperature law of quasi-saturation; without effect.
        quasimod: f64 = 0.0, ["quasimod"];
        /// Energy gap of quasi-saturation; without effect.
        vg: f64 = 1.206, ["vg"];
        /// Resistance temperature exponent of quasi-saturation; without effect.
        cn: Option<f64> = None, ["cn", "bex"];
        /// Voltage temperature exponent of quasi-saturation; without effect.
        d: Option<f64> = None, ["d", "bexv"];
        /// First temperature coefficient of `bf`, 1/K; takes the place of `xtb`.
        tbf1: Option<f64> = None, ["tbf1"];
        /// Second temperature coefficient of `bf`, 1/K^2; takes the place of `xtb`.
        tbf2: Option<f64> = None, ["tbf2"];
        /// First temperature coefficient of `br`, 1/K; takes the place of `xtb`.
        tbr1: Option<f64> = None, ["tbr1"];
        /// Second temperature coefficient of `br`, 1/K^2; takes the place of `xtb`.
        tbr2: Option<f64> = None, ["tbr2"];
        /// First temperature coefficient of `ikf`, 1/K.
        tikf1: f64 = 0.0, ["tikf1"];
        /// Second temperature coefficient of `ikf`, 1/K^2.
        tikf2: f64 = 0.0, ["tikf2"];
        /// First temperature coefficient of `ikr`, 1/K.
        tikr1: f64 = 0.0, ["tikr1"];
        /// Second temperature coefficient of `ikr`, 1/K^2.
        tikr2: f64 = 0.0, ["tikr2"];
        /// First temperature coefficient of `irb`, 1/K.
        tirb1: f64 = 0.0, ["tirb1"];
        /// Second temperature coefficient of `irb`, 1/K^2.
        tirb2: f64 = 0.0, ["tirb2"];
        /// First temperature coefficient of `nc`, 1/K.
        tnc1: f64 = 0.0, ["tnc1"];
        /// Second temperature coefficient of `nc`, 1/K^2.
        tnc2: f64 = 0.0, ["tnc2"];
        /// First temperature coefficient of `ne`, 1/K.
        tne1: f64 = 0.0, ["tne1"];
        /// Second temperature coefficient of `ne`, 1/K^2.
        tne2: f64 = 0.0, ["tne2"];
        /// First temperature coefficient of `nf`, 1/K.
        tnf1: f64 = 0.0, ["tnf1"];
        /// Second temperature coefficient of `nf`, 1/K^2.
        tnf2: f64 = 0.0, ["tnf2"];
        /// First temperature coefficient of `nr`, 1/K.
        tnr1: f64 = 0.0, ["tnr1"];
        /// Second temperature coefficient of `nr`, 1/K^2.
        tnr2: f64 = 0.0, ["tnr2"];
        /// First temperature coefficient of `rb`, 1/K.
        trb1: f64 = 0.0, ["trb1", "trb"];
        /// Second temperature coefficient of `rb`, 1/K^2.
        trb2: f64 = 0.0, ["trb2"];
        /// First temperature coefficient of `rc`, 1/K.
        trc1: f64 = 0.0, ["trc1", "trc"];
        /// Second temperature coefficient of `rc`, 1/K^2.
        trc2: f64 = 0.0, ["trc2"];
        /// First temperature coefficient of `re`, 1/K.
        tre1: f64 = 0.0, ["tre1", "tre"];
        /// Second temperature coefficient of `re`, 1/K^2.
        tre2: f64 = 0.0, ["tre2"];
        /// First temperature coefficient of `rbm`, 1/K.
        trm1: f64 = 0.0, ["trm1"];
        /// Second temperature coefficient of `rbm`, 1/K^2.
        trm2: f64 = 0.0, ["trm2"];
        /// First temperature coefficient of `vaf`, 1/K.
        tvaf1: f64 = 0.0, ["tvaf1"];
        /// Second temperature coefficient of `vaf`, 1/K^2.
        tvaf2: f64 = 0.0, ["tvaf2"];
        /// First temperature coefficient of `var`, 1/K.
        tvar1: f64 = 0.0, ["tvar1"];
        /// Second temperature coefficient of `var`, 1/K^2.
        tvar2: f64 = 0.0, ["tvar2"];
        /// First temperature coefficient of `itf`, 1/K.
        titf1: f64 = 0.0, ["titf1"];
        /// Second temperature coefficient of `itf`, 1/K^2.
        titf2: f64 = 0.0, ["titf2"];
        /// First temperature coefficient of `tf`, 1/K.
        ttf1: f64 = 0.0, ["ttf1"];
        /// Second temperature coefficient of `tf`, 1/K^2.
        ttf2: f64 = 0.0, ["ttf2"];
        /// First temperature coefficient of `tr`, 1/K.
        ttr1: f64 = 0.0, ["ttr1"];
        /// Second temperature coefficient of `tr`, 1/K^2.
        ttr2: f64 = 0.0, ["ttr2"];
        /// First temperature coefficient of `mje`, 1/K.
        tmje1: f64 = 0.0, ["tmje1"];
        /// Second temperature coefficient of `mje`, 1/K^2.
        tmje2: f64 = 0.0, ["tmje2"];
        /// First temperature coefficient of `mjc`, 1/K.
        tmjc1: f64 = 0.0, ["tmjc1"];
        /// Second temperature coefficient of `mjc`, 1/K^2.
        tmjc2: f64 = 0.0, ["tmjc2"];
        /// First temperature coefficient of `mjs`, 1/K.
        tmjs1: f64 = 0.0, ["tmjs1"];
        /// Second temperature coefficient of `mjs`, 1/K^2.
        tmjs2: f64 = 0.0, ["tmjs2"];
        /// First temperature coefficient of `ns`, 1/K.
        tns1: f64 = 0.0, ["tns1"];
        /// Second temperature coefficient of `ns`, 1/K^2.
        tns2: f64 = 0.0, ["tns2"];
        /// First temperature coefficient of the exponent of `is` when `tlev` is 3, 1/K.
        tis1: f64 = 0.0, ["tis1"];
        /// Second temperature coefficient of the exponent of `is` when `tlev` is 3, 1/K^2.
        tis2: f64 = 0.0, ["tis2"];
        /// First temperature coefficient of the exponent of `ise` when `tlev` is 3, 1/K.
        tise1: f64 = 0.0, ["tise1"];
        /// Second temperature coefficient of the exponent of `ise` when `tlev` is 3, 1/K^2.
        tise2: f64 = 0.0, ["tise2"];
        /// First temperature coefficient of the exponent of `isc` when `tlev` is 3, 1/K.
        tisc1: f64 = 0.0, ["tisc1"];
        /// Second temperature coefficient of the exponent of `isc` when `tlev` is 3, 1/K^2.
        tisc2: f64 = 0.0, ["tisc2"];
        /// First temperature coefficient of the exponent of `iss` when `tlev` is 3, 1/K.
        tiss1: f64 = 0.0, ["tiss1"];
        /// Second temperature coefficient of the exponent of `iss` when `tlev` is 3, 1/K^2.
        tiss2: f64 = 0.0, ["tiss2"];
        /// Temperature coefficient of `cjc` when `tlevc` is 1, 1/K.
        ctc: f64 = 0.0, ["ctc"];
        /// Temperature coefficient of `cje` when `tlevc` is 1, 1/K.
        cte: f64 = 0.0, ["cte"];
        /// Temperature coefficient of `cjs` when `tlevc` is 1, 1/K.
        cts: f64 = 0.0, ["cts"];
        /// Temperature coefficient of `vjc` when `tlevc` is 1, V/K.
        tvjc: f64 = 0.0, ["tvjc"];
        /// Temperature coefficient of `vje` when `tlevc` is 1, V/K.
        tvje: f64 = 0.0, ["tvje"];
        /// Temperature coefficient of `vjs` when `tlevc` is 1, V/K.
        tvjs: f64 = 0.0, ["tvjs"];
        /// Safe operating area: base-emitter voltage, V; without effect.
        vbe_max: f64 = 1e99, ["vbe_max"];
        /// Safe operating area: base-collector voltage, V; without effect.
        vbc_max: f64 = 1e99, ["vbc_max"];
        /// Safe operating area: collector-emitter voltage, V; without effect.
        vce_max: f64 = 1e99, ["vce_max"];
        /// Safe operating area: power, W; without effect.
        pd_max: f64 = 1e99, ["pd_max"];
        /// Safe operating area: collector current, A; without effect.
        ic_max: f64 = 1e99, ["ic_max"];
        /// Safe operating area: base current, A; without effect.
        ib_max: f64 = 1e99, ["ib_max"];
        /// Safe operating area: temperature, Celsius; without effect.
        te_max: f64 = 1e99, ["te_max"];
        /// Safe operating area: thermal resistance, K/W; without effect.
        rth0: f64 = 0.0, ["rth0"];
    }
}

parameters! {
    /// What a bipolar transistor's element line sets.
    pub struct BipolarInstance {
        /// Area factor of the emitter.
        area: f64 = 1.0, ["area"];
        /// Area factor of the base; that of the emitter when not given.
        areab: Option<f64> = None, ["areab"];
        /// Area factor of the collector; that of the emitter when not given.
        areac: Option<f64> = None, ["areac"];
        /// Number of equal transistors in parallel.
        m: f64 = 1.0, ["m"];
        /// Temperature, Celsius; the ambient one plus `dtemp` when not given.
        temp: Option<f64> = None, ["temp"];
        /// Temperature above ambient, kelvin.
        dtemp: f64 = 0.0, ["dtemp"];
        /// Not zero when an operating point starts with the transistor off.
        off: f64 = 0.0, ["off"];
        /// Initial base-emitter voltage of a transient with `uic`, V: the first number of `ic=vbe,vce`.
        icvbe: Option<f64> = None, ["icvbe"];
        /// Initial collector-emitter voltage of a transient with `uic`, V: the second number of `ic=vbe,vce`.
        icvce: Option<f64> = None, ["icvce"];
    }
}
