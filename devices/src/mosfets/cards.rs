//! Parameters of the levels 1 to 3 and of the instances of all levels.

use crate::parameters::parameters;

parameters! {
    /// MOSFET of level 1, 2 or 3 (`.model name nmos` or `pmos`), with the names of SPICE.
    ///
    /// Parameters that are `None` are derived from the process (see [`Process`](super::Process)) or have a default that
    /// depends on the level.
    pub struct MosfetModel {
        /// Threshold voltage at zero bulk bias, V; negative for p-channel enhancement devices.
        vto: Option<f64> = None, ["vto", "vt0"];
        /// Transconductance parameter, A/V^2.
        kp: Option<f64> = None, ["kp"];
        /// Body effect, V^0.5.
        gamma: Option<f64> = None, ["gamma"];
        /// Surface potential at strong inversion, V.
        phi: Option<f64> = None, ["phi"];
        /// Channel-length modulation, 1/V (levels 1 and 2).
        lambda: f64 = 0.0, ["lambda"];
        /// Drain resistance, ohm.
        rd: Option<f64> = None, ["rd"];
        /// Source resistance, ohm.
        rs: Option<f64> = None, ["rs"];
        /// Sheet resistance of the diffusions, ohm per square.
        rsh: f64 = 0.0, ["rsh"];
        /// Bulk-drain capacitance at zero bias, F.
        cbd: Option<f64> = None, ["cbd"];
        /// Bulk-source capacitance at zero bias, F.
        cbs: Option<f64> = None, ["cbs"];
        /// Saturation current of a bulk junction, A.
        is: f64 = 1e-14, ["is"];
        /// Saturation current density of the bulk junctions, A/m^2.
        js: f64 = 0.0, ["js"];
        /// Built-in potential of the bulk junctions, V.
        pb: f64 = 0.8, ["pb"];
        /// Bottom capacitance of the bulk junctions, F/m^2.
        cj: f64 = 0.0, ["cj"];
        /// Grading coefficient of the bottom.
        mj: f64 = 0.5, ["mj"];
        /// Sidewall capacitance of the bulk junctions, F/m.
        cjsw: f64 = 0.0, ["cjsw"];
        /// Grading coefficient of the sidewall; 0.5 at level 1, 0.33 at levels 2 and 3.
        mjsw: Option<f64> = None, ["mjsw"];
        /// Forward voltage, as a part of `pb`, beyond which junction capacitances grow linearly.
        fc: f64 = 0.5, ["fc"];
        /// Gate-source overlap capacitance, F per metre of width.
        cgso: f64 = 0.0, ["cgso"];
        /// Gate-drain overlap capacitance, F per metre of width.
        cgdo: f64 = 0.0, ["cgdo"];
        /// Gate-bulk overlap capacitance, F per metre of length.
        cgbo: f64 = 0.0, ["cgbo"];
        /// Oxide thickness, m; none at level 1, 100 nm at levels 2 and 3.
        tox: Option<f64> = None, ["tox"];
        /// Substrate doping, 1/cm^3.
        nsub: Option<f64> = None, ["nsub"];
        /// Density of surface states, 1/cm^2.
        nss: f64 = 0.0, ["nss"];
        /// Density of fast surface states, 1/cm^2: a weak-inversion region (levels 2 and 3).
        nfs: f64 = 0.0, ["nfs"];
        /// Gate material: +1 doped opposite to the substrate, -1 as the substrate, 0 aluminium.
        tpg: f64 = 1.0, ["tpg"];
        /// Depth of the metallurgical junctions, m (levels 2 and 3).
        xj: f64 = 0.0, ["xj"];
        /// Lateral diffusion under the gate from each side, m.
        ld: f64 = 0.0, ["ld"];
        /// Change of the channel length, m (level 3).
        xl: f64 = 0.0, ["xl"];
        /// Narrowing of the channel from each side, m (level 3).
        wd: f64 = 0.0, ["wd"];
        /// Change of the channel width, m (level 3).
        xw: f64 = 0.0, ["xw"];
        /// Shift of the threshold voltage, V (level 3).
        delvto: f64 = 0.0, ["delvto", "delvt0"];
        /// Surface mobility, cm^2/(V s).
        uo: Option<f64> = None, ["uo", "u0"];
        /// Critical field of the mobility, V/cm (level 2).
        ucrit: f64 = 1e4, ["ucrit"];
        /// Exponent of the mobility (level 2).
        uexp: f64 = 0.0, ["uexp"];
        /// Transverse field coefficient; accepted and without effect, as in SPICE.
        utra: f64 = 0.0, ["utra"];
        /// Largest drift velocity, m/s; 0 for none (levels 2 and 3).
        vmax: f64 = 0.0, ["vmax"];
        /// Total channel charge coefficient (level 2).
        neff: f64 = 1.0, ["neff"];
        /// Effect of the width on the threshold (levels 2 and 3).
        delta: f64 = 0.0, ["delta"];
        /// Mobility modulation, 1/V (level 3).
        theta: f64 = 0.0, ["theta"];
        /// Static feedback of the drain on the threshold (level 3).
        eta: f64 = 0.0, ["eta"];
        /// Saturation field factor (level 3).
        kappa: f64 = 0.2, ["kappa"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Flicker noise exponent of the current.
        af: f64 = 1.0, ["af"];
        /// Temperature at which the parameters were measured, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom"];
    }
}

parameters! {
    /// What stands on the line of a MOSFET.
    pub struct MosfetInstance {
        /// Drawn channel length, m.
        l: f64 = 100e-6, ["l"];
        /// Drawn channel width, m.
        w: f64 = 100e-6, ["w"];
        /// Area of the drain diffusion, m^2.
        ad: f64 = 0.0, ["ad"];
        /// Area of the source diffusion, m^2.
        source_area: f64 = 0.0, ["as"];
        /// Perimeter of the drain diffusion, m.
        pd: f64 = 0.0, ["pd"];
        /// Perimeter of the source diffusion, m.
        ps: f64 = 0.0, ["ps"];
        /// Squares of the drain diffusion.
        nrd: f64 = 1.0, ["nrd"];
        /// Squares of the source diffusion.
        nrs: f64 = 1.0, ["nrs"];
        /// Number of devices in parallel.
        m: f64 = 1.0, ["m"];
        /// Device temperature, Celsius; the ambient temperature plus `dtemp` when not given.
        temp: Option<f64> = None, ["temp"];
        /// Difference to the ambient temperature, K.
        dtemp: f64 = 0.0, ["dtemp"];
        /// Not 0: operating points start with the device switched off.
        off: f64 = 0.0, ["off"];
        /// Drain-source voltage at the start of a transient with `uic`, V.
        icvds: Option<f64> = None, ["icvds"];
        /// Gate-source voltage at the start of a transient with `uic`, V.
        icvgs: Option<f64> = None, ["icvgs"];
        /// Bulk-source voltage at the start of a transient with `uic`, V.
        icvbs: Option<f64> = None, ["icvbs"];
    }
}
