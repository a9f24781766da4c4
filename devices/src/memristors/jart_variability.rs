//! JART VCM v1b: what differs between cells and between switching cycles.
//!
//! C. Bengel et al., IEEE Trans. CAS I 67:4618, 2020: limits of the concentration, length of the disc and radius of the filament are drawn for
//! each cell; at each reversal of the voltage new ones are drawn, and length and radius go over to them while the concentration goes to its limit.

use super::JartParameters;
use super::draw::{Draw, seed_of};
use super::ranges::{between, not_negative, refuse};
use crate::dual::Dual;
use crate::nonidealities::streams::{Purpose, Streams};
use crate::parameters::{ParameterError, Parameters as _};

/// Least part of the largest concentration over which length and radius go over, so that they do not jump in a cell that is near its limit already.
const LEAST_SPAN: f64 = 0.01;
/// Change of `ln N` from which on a half cycle has switched the cell, and the next one gets new numbers.
const SWITCHED: f64 = 0.1;

/// What varies: limits of the concentration in 1e26/m^3, length of the disc and radius of the filament in m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Filament {
    pub(super) ndmin: f64,
    pub(super) ndmax: f64,
    pub(super) length: f64,
    pub(super) radius: f64,
}

/// Relative standard deviations of the parts of a [`Filament`].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread([f64; 4]);

impl Filament {
    fn nominal(p: &JartParameters) -> Self {
        Self {
            ndmin: p.ndmin,
            ndmax: p.ndmax,
            length: p.ldet,
            radius: p.rdet,
        }
    }

    /// Each part by a factor `1 + sigma z`, `z` normal, truncated at `cut`: the first word of the part's column that is small enough.
    fn drawn(&self, Spread(sigma): Spread, cut: f64, mut streams: Streams) -> Self {
        let mut factor = |part: usize| {
            if sigma[part] == 0.0 {
                return 1.0;
            }
            let mut row = 0;
            loop {
                let words = streams.cell(row, part);
                let fits = |z: &f64| z.abs() <= cut;
                if let Some(z) = (0..8).map(|index| words.normal(index)).find(fits) {
                    return 1.0 + sigma[part] * z;
                }
                row += 1;
            }
        };
        Self {
            ndmin: self.ndmin * factor(0),
            ndmax: self.ndmax * factor(1),
            length: self.length * factor(2),
            radius: self.radius * factor(3),
        }
    }
}

/// Length and radius on their way from one draw to the next: linear in `N`, from where the half cycle began to the limit of `N`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Passage {
    from: (f64, f64),
    to: (f64, f64),
    /// `N` where it begins, and how far it goes, negative towards the lower limit.
    begin: f64,
    span: f64,
}

/// The filament of one cell, and its way through switching cycles.
#[derive(Clone, Debug)]
pub(super) struct Filaments {
    /// As drawn for the cell.
    own: Filament,
    /// In this half cycle.
    present: Filament,
    passage: Option<Passage>,
    /// Whether the last voltage was one that sets.
    sets: Option<bool>,
    /// `ln N` at the last draw.
    drawn_at: f64,
    cycle: u32,
    cycle_to_cycle: Spread,
    cut: f64,
    draw: Draw,
    name: Box<str>,
}

/// Checks the parameters of variability: whatever is drawn, the cell must be possible.
pub(super) fn check(p: &JartParameters) -> Result<(), ParameterError> {
    let names = [
        ("sigma_nmin", "c2c_nmin"),
        ("sigma_nmax", "c2c_nmax"),
        ("sigma_l", "c2c_l"),
        ("sigma_r", "c2c_r"),
    ];
    seed_of(p.seed, 0)?;
    between("cut", p.cut, (0.1, 8.0), "must lie between 0.1 and 8")?;
    let mut least = [1.0; 4];
    let mut most = [1.0; 4];
    for (part, (device, cycle)) in names.into_iter().enumerate() {
        not_negative(p, &[device, cycle])?;
        for name in [device, cycle] {
            let sigma = p.get(name).unwrap_or(0.0);
            if sigma * p.cut >= 1.0 {
                return Err(refuse(name, sigma, "must be below 1/cut"));
            }
            least[part] *= 1.0 - sigma * p.cut;
            most[part] *= 1.0 + sigma * p.cut;
        }
    }
    if p.ndmin * most[0] >= p.ndmax * least[1] {
        return Err(refuse(
            "sigma_nmax",
            p.sigma_nmax,
            "ndmin and ndmax could cross; take a smaller spread or cut",
        ));
    }
    if p.ldet * most[2] >= p.lcell {
        return Err(refuse(
            "sigma_l",
            p.sigma_l,
            "ldet could exceed lcell; take a smaller spread or cut",
        ));
    }
    Ok(())
}

impl Filaments {
    /// The nominal filament, without cycle-to-cycle variability.
    pub(super) fn nominal(p: &JartParameters) -> Self {
        let own = Filament::nominal(p);
        Self {
            own,
            present: own,
            passage: None,
            sets: None,
            drawn_at: 0.0,
            cycle: 0,
            cycle_to_cycle: Spread([0.0; 4]),
            cut: p.cut,
            draw: Draw::default(),
            name: Box::default(),
        }
    }

    /// The filament of the cell of a name; the parameters have been checked.
    pub(super) fn of_cell(p: &JartParameters, name: &str, draw: Draw) -> Self {
        let draw = Draw {
            seed: seed_of(p.seed, draw.seed).unwrap_or(draw.seed),
            ..draw
        };
        let device = Spread([p.sigma_nmin, p.sigma_nmax, p.sigma_l, p.sigma_r]);
        let streams = Streams::new(&draw.key(Purpose::Memristor, (0, 0), name));
        let own = Filament::nominal(p).drawn(device, p.cut, streams);
        Self {
            own,
            present: own,
            cycle_to_cycle: Spread([p.c2c_nmin, p.c2c_nmax, p.c2c_l, p.c2c_r]),
            draw,
            name: name.into(),
            ..Self::nominal(p)
        }
    }

    /// Limits of `N` in this half cycle, 1e26/m^3.
    pub(super) fn limits(&self) -> (f64, f64) {
        (self.present.ndmin, self.present.ndmax)
    }

    /// Limits of `N` at the start, 1e26/m^3.
    pub(super) fn own_limits(&self) -> (f64, f64) {
        (self.own.ndmin, self.own.ndmax)
    }

    /// How often new numbers were drawn since the start.
    pub(super) fn cycle(&self) -> u32 {
        self.cycle
    }

    /// Length of the disc and radius of the filament, m, at `N` in 1e26/m^3.
    #[inline(always)]
    pub(super) fn geometry(&self, n: Dual<4>) -> (Dual<4>, Dual<4>) {
        let Some(Passage {
            from,
            to,
            begin,
            span,
        }) = self.passage
        else {
            return (self.own.length.into(), self.own.radius.into());
        };
        let part = (n - begin) * span.recip();
        let part = if part.value <= 0.0 {
            Dual::from(0.0)
        } else if part.value >= 1.0 {
            Dual::from(1.0)
        } else {
            part
        };
        (
            part * (to.0 - from.0) + from.0,
            part * (to.1 - from.1) + from.1,
        )
    }

    /// Forgets all cycles.
    pub(super) fn begin(&mut self, ln_n: f64) {
        self.present = self.own;
        self.passage = None;
        self.sets = None;
        self.drawn_at = ln_n;
        self.cycle = 0;
    }

    /// A time point with this voltage and `ln N` was accepted: where the voltage has changed its sign, a half cycle begins. Length, radius
    /// and `N` are continuous.
    pub(super) fn accept(&mut self, v: f64, ln_n: f64) {
        if self.cycle_to_cycle == Spread([0.0; 4]) || v == 0.0 {
            return;
        }
        let sets = v < 0.0;
        let before = self.sets.replace(sets);
        if before.is_none_or(|before| before == sets) {
            return;
        }
        let n = ln_n.exp();
        let (length, radius) = self.geometry(n.into());
        let from = (length.value, radius.value);
        let mut to = self.passage.map_or(from, |passage| passage.to);
        if (ln_n - self.drawn_at).abs() > SWITCHED {
            self.drawn_at = ln_n;
            self.cycle += 1;
            let key = self
                .draw
                .key(Purpose::Memristor, (1, self.cycle), &self.name);
            let new = self
                .own
                .drawn(self.cycle_to_cycle, self.cut, Streams::new(&key));
            to = (new.length, new.radius);
            // The limit that the cell leaves stays; it must not overtake the cell that is on its way to the other.
            if sets {
                self.present.ndmax = new.ndmax.max(n);
            } else {
                self.present.ndmin = new.ndmin.min(n);
            }
        }
        let (low, high) = self.limits();
        let least = LEAST_SPAN * high;
        self.passage = Some(Passage {
            from,
            to,
            begin: n,
            span: if sets {
                (high - n).max(least)
            } else {
                (low - n).min(-least)
            },
        });
    }
}
