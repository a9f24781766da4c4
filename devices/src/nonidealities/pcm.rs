//! Phase-change cells: measured statistics of programming, drift and read noise.
//!
//! With `x = g/g_max`, the model's `g_max` standing for that of the range:
//!
//! * programming: `g = g_target + sigma(x) z`, a polynomial `sigma`;
//! * drift: `g(t) = g ((t + t0)/t0)^-nu`, `nu = |N(mu(x), s(x))|` from the target;
//! * read noise: `sigma = g(t) Q(x) sqrt(ln((t + t0 + t_r)/(2 t_r)))`, 1/f noise of a read of length `t_r`, `x` before drift.

use serde::{Deserialize, Serialize};

use super::NonidealityError;
use super::array::ProgrammedArray;
use super::error::Check;
use super::list::{Applied, Instance};
use super::streams::Purpose;
use super::variability::perturb;

/// A published set of coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PcmModel {
    /// Doped `Ge2Sb2Te5` mushroom cells at 90 nm, `g_max` 25 uS (S. R. Nandakumar et al., ICECS 2019).
    Nandakumar2019,
    /// HERMES 14 nm chip, one device per polarity, `g_max` 10.35 uS (M. Le Gallo et al., Nature Electronics 6, 680, 2023).
    HermesOneDevice,
    /// HERMES 14 nm chip, two devices per polarity, `g_max` 20.7 uS.
    HermesTwoDevices,
}

/// A quantity as a function of `x`: `clamp(log_slope ln x + log_offset, low, high)` below `limit`, a polynomial in rising powers from there on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    limit: f64,
    log_slope: f64,
    log_offset: f64,
    low: f64,
    high: f64,
    polynomial: &'static [f64],
}

impl Fit {
    const fn logarithm(log_slope: f64, log_offset: f64, low: f64, high: f64) -> Self {
        Self {
            limit: f64::INFINITY,
            log_slope,
            log_offset,
            low,
            high,
            polynomial: &[],
        }
    }

    const fn then(self, limit: f64, polynomial: &'static [f64]) -> Self {
        Self {
            limit,
            polynomial,
            ..self
        }
    }

    #[inline]
    fn at(&self, x: f64) -> f64 {
        if x < self.limit {
            (self.log_slope * x.ln() + self.log_offset).clamp(self.low, self.high)
        } else {
            polynomial(self.polynomial, x)
        }
    }
}

/// Read noise `Q`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ReadFit {
    /// `min(0.0088/x^0.65, 0.2)`.
    Power,
    Fit(Fit),
}

impl ReadFit {
    #[inline]
    fn at(&self, x: f64) -> f64 {
        match self {
            // The denominator is at least 1e-3 in the published model; the result is capped long before.
            Self::Power => (0.0088 / x.powf(0.65)).min(0.2),
            Self::Fit(fit) => fit.at(x),
        }
    }
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// The coefficients of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Coefficients {
    /// S.
    g_max: f64,
    /// Programming noise in uS, rising powers of `x`.
    programming: &'static [f64],
    nu_mean: Fit,
    nu_sigma: Fit,
    read: ReadFit,
    /// Time from programming to the first read, s.
    t0: f64,
    /// Length of a read, s.
    t_read: f64,
}

const NANDAKUMAR: Coefficients = Coefficients {
    g_max: 25e-6,
    programming: &[0.26348, 1.9650, -1.1731],
    nu_mean: Fit::logarithm(-0.0155, 0.0244, 0.049, 0.1),
    nu_sigma: Fit::logarithm(-0.0125, -0.0059, 0.008, 0.045),
    read: ReadFit::Power,
    t0: 20.0,
    t_read: 250e-9,
};

const HERMES_NU_MEAN: Fit =
    Fit::logarithm(-0.0387, -0.0182, 0.0720, 0.13).then(0.0945, &[0.0736, -0.0126, -0.0436]);

const HERMES_ONE: Coefficients = Coefficients {
    g_max: 10.35e-6,
    programming: &[0.157_818_17, 2.324_439_16, -2.163_108_39, 0.688_418_18],
    nu_mean: HERMES_NU_MEAN,
    nu_sigma: Fit::logarithm(-0.0120, -0.0023, 0.0124, 0.04)
        .then(0.3039, &[0.0104, 0.0116, -0.0165]),
    read: ReadFit::Fit(
        Fit::logarithm(-0.0078, 0.0038, 0.0179, 0.04)
            .then(0.1591, &[0.0088, 0.0768, -0.1352, 0.0664]),
    ),
    t0: 200.0,
    t_read: 512e-9,
};

const HERMES_TWO: Coefficients = Coefficients {
    g_max: 20.7e-6,
    programming: &[0.166_032_22, 4.718_064_68, -8.481_012_52, 4.689_614_19],
    nu_mean: HERMES_NU_MEAN,
    nu_sigma: Fit::logarithm(-0.0117, -0.0057, 0.0091, 0.04)
        .then(0.3055, &[0.0073, 0.0093, -0.0118]),
    read: ReadFit::Fit(
        Fit::logarithm(-0.0117, -0.0069, 0.015, 0.04)
            .then(0.16, &[0.0123, 0.0211, -0.0280, 0.0069]),
    ),
    t0: 300.0,
    t_read: 512e-9,
};

impl PcmModel {
    /// All sets with their names in files.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("nandakumar2019", Self::Nandakumar2019),
        ("hermes-one-device", Self::HermesOneDevice),
        ("hermes-two-devices", Self::HermesTwoDevices),
    ];

    fn coefficients(self) -> &'static Coefficients {
        match self {
            Self::Nandakumar2019 => &NANDAKUMAR,
            Self::HermesOneDevice => &HERMES_ONE,
            Self::HermesTwoDevices => &HERMES_TWO,
        }
    }

    /// The highest conductance of the measured cells, S.
    pub fn g_max(self) -> f64 {
        self.coefficients().g_max
    }

    /// Standard deviation of programming relative to `g_max`, at `x = g/g_max`.
    pub fn programming_sigma(self, x: f64) -> f64 {
        let model = self.coefficients();
        polynomial(model.programming, x).max(0.0) * 1e-6 / model.g_max
    }

    /// Mean and standard deviation of the drift exponent at `x`.
    pub fn drift_exponent(self, x: f64) -> (f64, f64) {
        let model = self.coefficients();
        (model.nu_mean.at(x), model.nu_sigma.at(x))
    }

    /// Factor of drift from programming to `time` (s) for an exponent.
    pub fn drift(self, time: f64, nu: f64) -> f64 {
        let t0 = self.coefficients().t0;
        ((time + t0) / t0).powf(-nu)
    }

    /// The set of a name, as files have it.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|&(_, model)| model)
    }

    /// Amplitude `Q` of read noise at `x` before drift: the density of the conductance's relative noise is `Q^2/f`.
    pub fn read_noise_amplitude(self, x: f64) -> f64 {
        self.coefficients().read.at(x)
    }

    /// Standard deviation of a read relative to the conductance, at `x` before drift, `time` (s) after programming.
    pub fn read_sigma(self, x: f64, time: f64) -> f64 {
        let model = self.coefficients();
        let span = (time + model.t0 + model.t_read) / (2.0 * model.t_read);
        self.read_noise_amplitude(x) * span.ln().sqrt()
    }
}

/// `kind = "pcm"`: programming noise, drift and read noise of phase-change cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pcm {
    /// Whose coefficients.
    pub model: PcmModel,
    /// Time after programming, s.
    #[serde(default)]
    pub time: f64,
    /// Whether there is programming noise.
    #[serde(default = "yes")]
    pub programming: bool,
    /// Whether there is drift.
    #[serde(default = "yes")]
    pub drift: bool,
    /// Whether there is read noise.
    #[serde(default = "yes")]
    pub read_noise: bool,
}

fn yes() -> bool {
    true
}

impl Pcm {
    pub(super) const KIND: &str = "pcm";

    /// All three effects, `time` seconds after programming.
    pub fn new(model: PcmModel, time: f64) -> Self {
        Self {
            model,
            time,
            programming: true,
            drift: true,
            read_noise: true,
        }
    }

    pub(super) fn validate(&self) -> Result<(), NonidealityError> {
        Check(Self::KIND).not_negative("time", self.time)
    }

    pub(super) fn apply(
        &self,
        array: &mut ProgrammedArray,
        instance: &Instance,
        occurrence: u16,
    ) -> Applied {
        let g_max = array.range().g_max;
        let mut exponents: Vec<f64> = Vec::new();
        if self.drift {
            let key = instance.key(Purpose::PcmDrift, occurrence, 0);
            exponents.extend_from_slice(array.conductance());
            perturb(&mut exponents, array.columns(), &key, |words, _, g| {
                let (mean, sigma) = self.model.drift_exponent(g / g_max);
                (mean + sigma * words.normal(0)).abs()
            });
        }
        let mut clipped = 0;
        if self.programming {
            let key = instance.key(Purpose::PcmProgramming, occurrence, instance.cycle);
            clipped = array.change_free_randomly(&key, |words, g| {
                g + self.model.programming_sigma(g / g_max) * g_max * words.normal(0)
            });
        }
        array.before_drift = Some(array.conductance().to_vec());
        if self.drift {
            array.change_each_free(|index, g| g * self.model.drift(self.time, exponents[index]));
        }
        Applied::clipped(Self::KIND, clipped)
    }

    pub(super) fn read(
        &self,
        array: &ProgrammedArray,
        g: &mut [f64],
        instance: &Instance,
        occurrence: u16,
        read: u32,
    ) -> Applied {
        if !self.read_noise {
            return Applied::of(Self::KIND);
        }
        let key = instance.key(Purpose::PcmRead, occurrence, read);
        let g_max = array.range().g_max;
        let before = array.before_drift.as_deref().unwrap_or(array.conductance());
        let clipped = perturb(g, array.columns(), &key, |words, index, g| {
            g * (1.0 + self.model.read_sigma(before[index] / g_max, self.time) * words.normal(0))
        });
        Applied::clipped(Self::KIND, clipped)
    }
}
