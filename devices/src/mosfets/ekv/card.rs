//! Parameters of the EKV model.

use crate::parameters::parameters;

parameters! {
    /// MOSFET of EKV 2.6 (`level=44`), with the names of the report.
    pub struct EkvModel {
        /// Threshold voltage of a long channel, V; 0.5 for n-channel, -0.5 for p-channel devices.
        vto: Option<f64> = None, ["vto", "vt0"];
        /// Body effect, V^0.5.
        gamma: f64 = 1.0, ["gamma"];
        /// Bulk Fermi potential (twice), V.
        phi: f64 = 0.7, ["phi"];
        /// Transconductance parameter, A/V^2.
        kp: f64 = 5e-5, ["kp"];
        /// Mobility reduction, 1/V, where `e0` is not given.
        theta: f64 = 0.0, ["theta"];
        /// Field at which the vertical field halves the mobility, V/m; 0 or none for `theta`.
        e0: Option<f64> = None, ["e0"];
        /// Longitudinal critical field, V/m.
        ucrit: f64 = 2e6, ["ucrit"];
        /// Junction depth, m.
        xj: f64 = 1e-7, ["xj"];
        /// Change of the channel length, m.
        dl: f64 = 0.0, ["dl"];
        /// Change of the channel width, m.
        dw: f64 = 0.0, ["dw"];
        /// Depletion length coefficient of channel-length modulation.
        lambda: f64 = 0.5, ["lambda"];
        /// Narrow-channel effect.
        weta: f64 = 0.25, ["weta"];
        /// Short-channel effect.
        leta: f64 = 0.1, ["leta"];
        /// Peak charge density of the reverse short-channel effect, C/m^2.
        q0: f64 = 0.0, ["q0"];
        /// Characteristic length of the reverse short-channel effect, m.
        lk: f64 = 2.9e-7, ["lk"];
        /// Gate oxide capacitance, F/m^2; from `tox`, else 0.7 mF/m^2.
        cox: Option<f64> = None, ["cox"];
        /// Oxide thickness, m, where `cox` is not given.
        tox: Option<f64> = None, ["tox"];
        /// Temperature coefficient of the threshold voltage, V/K.
        tcv: f64 = 1e-3, ["tcv"];
        /// Temperature exponent of `kp`.
        bex: f64 = -1.5, ["bex"];
        /// Temperature exponent of `ucrit`.
        ucex: f64 = 0.8, ["ucex"];
        /// Flicker noise coefficient.
        kf: f64 = 0.0, ["kf"];
        /// Flicker noise exponent of the frequency.
        af: f64 = 1.0, ["af"];
        /// Gate-source overlap capacitance, F per metre of width.
        cgso: f64 = 0.0, ["cgso"];
        /// Gate-drain overlap capacitance, F per metre of width.
        cgdo: f64 = 0.0, ["cgdo"];
        /// Gate-bulk overlap capacitance, F per metre of length.
        cgbo: f64 = 0.0, ["cgbo"];
        /// Drain resistance, ohm.
        rd: Option<f64> = None, ["rd"];
        /// Source resistance, ohm.
        rs: Option<f64> = None, ["rs"];
        /// Sheet resistance of the diffusions, ohm per square.
        rsh: f64 = 0.0, ["rsh"];
        /// Saturation current of a bulk junction, A.
        is: f64 = 1e-14, ["is"];
        /// Saturation current density of the bulk junctions, A/m^2.
        js: f64 = 0.0, ["js"];
        /// Bulk-drain capacitance at zero bias, F.
        cbd: Option<f64> = None, ["cbd"];
        /// Bulk-source capacitance at zero bias, F.
        cbs: Option<f64> = None, ["cbs"];
        /// Bottom capacitance of the bulk junctions, F/m^2.
        cj: f64 = 0.0, ["cj"];
        /// Grading coefficient of the bottom.
        mj: f64 = 0.5, ["mj"];
        /// Sidewall capacitance of the bulk junctions, F/m.
        cjsw: f64 = 0.0, ["cjsw"];
        /// Grading coefficient of the sidewall.
        mjsw: f64 = 0.33, ["mjsw"];
        /// Built-in potential of the bulk junctions, V.
        pb: f64 = 0.8, ["pb"];
        /// Forward voltage, as a part of `pb`, beyond which junction capacitances grow linearly.
        fc: f64 = 0.5, ["fc"];
        /// Temperature at which the parameters were measured, Celsius; 27 when not given.
        tnom: Option<f64> = None, ["tnom"];
    }
}
