//! Memristors of any model as the devices of an array: one type for all models, so that there is one array for all of them.

use ohmloom_solver::line_grid::{TimeStep, Trace};
use ohmloom_solver::lu::Complex;

use crate::cells::{Device, MemristorDevice};
use crate::memristors::{
    JartV1b, LinearDrift, Memristor, Messaris2018, Messaris2021, Mmss, Pershin, Simmons,
    StanfordPku, Team, Vteam, Yakopcic,
};

/// The most unknowns of a model.
const MOST: usize = 3;

type States = [Trace; MOST];
type Guess = Option<[f64; MOST]>;

/// The first of the states.
#[inline(always)]
fn few<const K: usize>(states: &States) -> [Trace; K] {
    std::array::from_fn(|k| states[k])
}

#[inline(always)]
fn few_guessed<const K: usize>(guess: &Guess) -> Option<[f64; K]> {
    guess.map(|states| std::array::from_fn(|k| states[k]))
}

#[inline(always)]
fn many<T: Copy + Default, const K: usize>(few: [T; K]) -> [T; MOST] {
    std::array::from_fn(|k| few.get(k).copied().unwrap_or_default())
}

impl<M: Memristor<K>, const K: usize> MemristorDevice<M, K> {
    /// Calls `at` with the guess of this model.
    #[inline(always)]
    fn guessing<T>(guess: &mut Guess, at: impl FnOnce(&mut Option<[f64; K]>) -> T) -> T {
        let mut own = few_guessed(guess);
        let found = at(&mut own);
        *guess = own.map(many);
        found
    }
}

/// What is done with a model of memristors that is chosen by its name.
pub trait UseMemristor {
    /// What comes of it.
    type Output;

    /// Does it with the model as a type; `K` is its number of unknowns.
    fn with<M: Memristor<K>, const K: usize>(self) -> Self::Output
    where
        MemristorDevice<M, K>: Into<AnyMemristor>;
}

macro_rules! any_memristor {
    ($($variant:ident($model:ty, $states:literal);)*) => {
        /// The memristors of an array, of one of the models.
        #[derive(Clone, Debug)]
        #[allow(clippy::large_enum_variant, reason = "one value stands for all cells of an array")]
        pub enum AnyMemristor {
            $(
                #[doc = concat!("See [`", stringify!($model), "`].")]
                $variant(MemristorDevice<$model, $states>),
            )*
        }

        $(
            impl From<MemristorDevice<$model, $states>> for AnyMemristor {
                fn from(device: MemristorDevice<$model, $states>) -> Self {
                    Self::$variant(device)
                }
            }
        )*

        impl AnyMemristor {
            /// Both ends of the first state, at a voltage (V) at which conductances are compared. `None` for a model whose state has no
            /// bounds, or whose conductance does not depend on it.
            pub fn range(&self, v: f64) -> Option<StateRange> {
                match self {
                    $(Self::$variant(device) => range_of(device, v),)*
                }
            }

            /// The same memristors, those with states given there from now on.
            #[must_use]
            pub fn starting_at(self, states: &[Option<[f64; MOST]>]) -> Self {
                match self {
                    $(Self::$variant(device) => Self::$variant(moved(&device, states)),)*
                }
            }
        }

        /// Hands the model that `kind` names, as on a `.model` card, to `user`; `None` if no model of memristors with states has that name.
        pub fn with_memristor<U: UseMemristor>(kind: &str, user: U) -> Option<U::Output> {
            match kind {
                $(<$model as Memristor<$states>>::KIND => Some(user.with::<$model, $states>()),)*
                _ => None,
            }
        }

        impl Device for AnyMemristor {
            type Guess = Guess;
            type History = States;

            fn fresh(&self, index: usize) -> States {
                match self {
                    $(Self::$variant(device) => many(device.fresh(index)),)*
                }
            }

            #[inline]
            fn at_rest(&self, index: usize, v: f64, history: &States, guess: &mut Guess) -> (f64, f64) {
                match self {
                    $(Self::$variant(device) => MemristorDevice::<$model, $states>::guessing(guess, |guess| {
                        device.at_rest(index, v, &few(history), guess)
                    }),)*
                }
            }

            fn begin(&self, index: usize, v: f64, history: &mut States, guess: &mut Guess) {
                match self {
                    $(Self::$variant(device) => MemristorDevice::<$model, $states>::guessing(guess, |guess| {
                        let mut own = few(history);
                        device.begin(index, v, &mut own, guess);
                        *history = many(own);
                    }),)*
                }
            }

            #[inline]
            fn in_step(
                &self,
                index: usize,
                v: f64,
                step: &TimeStep,
                history: &States,
                guess: &mut Guess,
            ) -> (f64, f64) {
                match self {
                    $(Self::$variant(device) => MemristorDevice::<$model, $states>::guessing(guess, |guess| {
                        device.in_step(index, v, step, &few(history), guess)
                    }),)*
                }
            }

            fn admittance(
                &self,
                index: usize,
                v: f64,
                omega: f64,
                history: &States,
                guess: &mut Guess,
            ) -> Complex {
                match self {
                    $(Self::$variant(device) => MemristorDevice::<$model, $states>::guessing(guess, |guess| {
                        device.admittance(index, v, omega, &few(history), guess)
                    }),)*
                }
            }

            fn truncation(&self, step: &TimeStep, history: &States, guess: &Guess, reltol: f64) -> f64 {
                match self {
                    $(Self::$variant(device) => {
                        device.truncation(step, &few(history), &few_guessed(guess), reltol)
                    })*
                }
            }

            fn accept(&self, step: &TimeStep, history: &mut States, guess: &Guess, corner: bool) {
                match self {
                    $(Self::$variant(device) => {
                        let mut own = few(history);
                        device.accept(step, &mut own, &few_guessed(guess), corner);
                        *history = many(own);
                    })*
                }
            }
        }
    };
}

any_memristor! {
    LinearDrift(LinearDrift, 1);
    Team(Team, 1);
    Vteam(Vteam, 1);
    Simmons(Simmons, 1);
    Yakopcic(Yakopcic, 1);
    StanfordPku(StanfordPku, 1);
    JartV1b(JartV1b, 3);
    Mmss(Mmss, 1);
    Messaris2018(Messaris2018, 1);
    Messaris2021(Messaris2021, 1);
    Pershin(Pershin, 1);
}

/// Both ends of what memristors can be programmed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StateRange {
    /// States in which a memristor conducts most.
    pub on: [f64; MOST],
    /// States in which it conducts least.
    pub off: [f64; MOST],
    /// What it conducts then, least and most, S.
    pub conductance: (f64, f64),
}

fn moved<M: Memristor<K>, const K: usize>(
    device: &MemristorDevice<M, K>,
    states: &[Option<[f64; MOST]>],
) -> MemristorDevice<M, K> {
    let own = |index: usize| device.fresh(index).map(|trace| trace.value);
    let given = |states: [f64; MOST]| std::array::from_fn(|k| states[k]);
    let initial = states
        .iter()
        .enumerate()
        .map(|(index, states)| states.map_or_else(|| own(index), given))
        .collect();
    MemristorDevice::new(device.model().clone(), initial)
}

fn range_of<M: Memristor<K>, const K: usize>(
    device: &MemristorDevice<M, K>,
    v: f64,
) -> Option<StateRange> {
    let model = device.model();
    let at = |first: f64| {
        let mut s = model.initial();
        s[0] = first;
        let (current, _) = device.at_rest(0, v, &s.map(Trace::at), &mut None);
        (many(s), current / v)
    };
    let (low, high) = model.bounds()[0];
    let ends = [at(low), at(high)];
    let [(off, g_off), (on, g_on)] = if ends[0].1 <= ends[1].1 {
        ends
    } else {
        [ends[1], ends[0]]
    };
    (g_off >= 0.0 && g_on > g_off && g_on.is_finite()).then_some(StateRange {
        on,
        off,
        conductance: (g_off, g_on),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memristors::{KINDS, PcmElement};

    struct NameOf;

    impl UseMemristor for NameOf {
        type Output = &'static str;

        fn with<M: Memristor<K>, const K: usize>(self) -> &'static str {
            M::KIND
        }
    }

    #[test]
    fn every_kind_but_phase_change_is_a_model_with_states() {
        for kind in KINDS {
            let found = with_memristor(kind, NameOf);
            assert_eq!(found, (kind != PcmElement::KIND).then_some(kind));
        }
        assert_eq!(with_memristor("resistor", NameOf), None);
    }
}
