//! `.options`: which settings of the deck become which settings of the solver.

use ohmloom_solver::circuit::{Method, Options};

use crate::diagnostics::Diagnostic;
use crate::elaborate::{FlatCircuit, OptionSetting, OptionValue};

/// Settings of a deck.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// Tolerances and limits.
    pub(super) options: Options,
    /// Ambient temperature, kelvin.
    pub(super) temperature: f64,
    /// Temperature at which model parameters hold, degrees Celsius.
    pub(super) tnom: f64,
    /// Default channel length and width of transistors, m; default drain and source areas, m^2.
    pub(super) defaults: [(&'static str, Option<f64>); 4],
}

/// Options of ngspice that change how it works and not what comes out, or how it prints.
const WITHOUT_EFFECT: [&str; 62] = [
    "acct",
    "list",
    "nomod",
    "nopage",
    "node",
    "opts",
    "numdgt",
    "ingold",
    "noacct",
    "noinit",
    "klu",
    "sparse",
    "autostop",
    "itl3",
    "itl5",
    "itl6",
    "srcsteps",
    "gminsteps",
    "pivtol",
    "pivrel",
    "cptime",
    "limpts",
    "limtim",
    "lvlcod",
    "lvltim",
    "bypass",
    "brief",
    "post",
    "probe",
    "warn",
    "savecurrents",
    "keepopinfo",
    "noopiter",
    "noopac",
    "ramptime",
    "convstep",
    "convabsstep",
    "badmos3",
    "oldlimit",
    "trytocompact",
    "nopredictor",
    "seed",
    "seedinfo",
    "wnflag",
    "xmltree",
    "rndseed",
    "altinit",
    "dcon",
    "interp",
    "nomod",
    "noasciiplotvalue",
    "device",
    "nonlin",
    "timeint",
    "linsol",
    "output",
    "measure",
    "parser",
    "diagnostic",
    "fft",
    "sensitivity",
    "hbint",
];

impl Settings {
    /// Reads the options of a deck; what is wrong or unknown is reported.
    pub(super) fn of(flat: &FlatCircuit, findings: &mut Vec<Diagnostic>) -> Self {
        let mut settings = Self {
            options: Options::default(),
            temperature: 27.0 + 273.15,
            tnom: 27.0,
            defaults: [("l", None), ("w", None), ("ad", None), ("as", None)],
        };
        for option in &flat.options {
            settings.apply(option, findings);
        }
        if let Some(celsius) = flat.temperatures.last() {
            settings.temperature = celsius + 273.15;
        }
        settings
    }

    pub(super) fn apply(&mut self, option: &OptionSetting, findings: &mut Vec<Diagnostic>) {
        let name = option.name.as_str();
        if name == "method" {
            match &option.value {
                OptionValue::Text(text) if text.starts_with("gear") => {
                    self.options.method = Method::Gear;
                }
                OptionValue::Text(text) if text.starts_with("trap") => {
                    self.options.method = Method::Trapezoidal;
                }
                // Xyce numbers its methods: 7 is trapezoidal, 8 is Gear.
                OptionValue::Number(number) if *number == 8.0 => self.options.method = Method::Gear,
                OptionValue::Number(number) if *number == 7.0 => {
                    self.options.method = Method::Trapezoidal;
                }
                _ => findings.push(
                    Diagnostic::error(option.span, "unknown integration method")
                        .help("use method=trap or method=gear"),
                ),
            }
            return;
        }
        if WITHOUT_EFFECT.contains(&name) {
            return;
        }
        let OptionValue::Number(value) = option.value else {
            findings.push(
                Diagnostic::warning(option.span, format!("option `{name}` is not used here"))
                    .help("it has no effect on the results"),
            );
            return;
        };
        let positive = value > 0.0 && value.is_finite();
        let options = &mut self.options;
        let target = match name {
            "reltol" => &mut options.reltol,
            "abstol" => &mut options.abstol,
            "vntol" => &mut options.vntol,
            "chgtol" => &mut options.chgtol,
            "trtol" => &mut options.trtol,
            "gmin" => &mut options.gmin,
            "temp" => {
                self.temperature = value + 273.15;
                return;
            }
            "tnom" => {
                self.tnom = value;
                return;
            }
            "defl" | "defw" | "defad" | "defas" => {
                let name = &name[3..];
                if let Some(default) = self.defaults.iter_mut().find(|(own, _)| *own == name) {
                    default.1 = Some(value);
                }
                return;
            }
            "rshunt" if positive => {
                options.gshunt = 1.0 / value;
                return;
            }
            "gshunt" if value >= 0.0 => {
                options.gshunt = value;
                return;
            }
            "itl1" | "itl2" | "itl4" if value >= 1.0 => {
                // Fewer iterations than these only turn solvable circuits into failures.
                let limit = match name {
                    "itl1" => &mut options.itl1,
                    "itl2" => &mut options.itl2,
                    _ => &mut options.itl4,
                };
                *limit = (*limit).max(value as usize);
                return;
            }
            "maxord" if value >= 1.0 => {
                options.maxord = (value as usize).min(2);
                return;
            }
            "xmu" if (0.0..=0.5).contains(&value) => {
                options.xmu = value;
                return;
            }
            "rshunt" | "gshunt" | "itl1" | "itl2" | "itl4" | "maxord" | "xmu" => {
                findings.push(Diagnostic::error(
                    option.span,
                    format!("option {name} = {value} is out of range"),
                ));
                return;
            }
            _ => {
                findings.push(
                    Diagnostic::warning(option.span, format!("option `{name}` is not used here"))
                        .help("it has no effect on the results"),
                );
                return;
            }
        };
        if positive {
            *target = value;
        } else {
            findings.push(Diagnostic::error(
                option.span,
                format!("option {name} = {value} must be greater than zero"),
            ));
        }
    }
}
