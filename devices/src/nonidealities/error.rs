//! What can be wrong with a list of non-idealities, or with the array that they are applied to.

use thiserror::Error;

/// A non-ideality that cannot be, or an array that it cannot be applied to.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NonidealityError {
    /// A value outside its range.
    #[error("{kind}: {key} = {value}: {reason}")]
    BadValue {
        /// The kind of non-ideality, as written in files.
        kind: &'static str,
        /// The key, as written in files.
        key: &'static str,
        /// The value found.
        value: f64,
        /// What is allowed.
        reason: &'static str,
    },
    /// A list of the wrong length.
    #[error("{found} {what}, expected {expected}")]
    WrongLength {
        /// What the list holds.
        what: &'static str,
        /// Number of entries wanted.
        expected: usize,
        /// Number of entries found.
        found: usize,
    },
    /// A conductance that is negative, infinite or not a number.
    #[error("conductance {value} S at row {row}, column {column}: must be finite and not negative")]
    BadConductance {
        /// Row of the cell.
        row: usize,
        /// Column of the cell.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A cell or line that the array does not have.
    #[error("{kind}: {what} {index} is not in the array, which has {count}")]
    OutsideArray {
        /// The kind of non-ideality, as written in files.
        kind: &'static str,
        /// Row, column, segment, ...
        what: &'static str,
        /// The index found.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// An entry of a list.
    #[error("non-ideality {number}: {source}")]
    Entry {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        source: Box<NonidealityError>,
    },
}

/// Names the values of one kind in errors.
#[derive(Clone, Copy)]
pub(super) struct Check(pub(super) &'static str);

impl Check {
    fn require(
        self,
        good: bool,
        key: &'static str,
        value: f64,
        reason: &'static str,
    ) -> Result<(), NonidealityError> {
        if good {
            Ok(())
        } else {
            let kind = self.0;
            Err(NonidealityError::BadValue {
                kind,
                key,
                value,
                reason,
            })
        }
    }

    pub(super) fn positive(self, key: &'static str, value: f64) -> Result<(), NonidealityError> {
        let good = value > 0.0 && value.is_finite();
        self.require(good, key, value, "must be above 0 and finite")
    }

    pub(super) fn not_negative(
        self,
        key: &'static str,
        value: f64,
    ) -> Result<(), NonidealityError> {
        let good = value >= 0.0 && value.is_finite();
        self.require(good, key, value, "must be finite and not negative")
    }

    pub(super) fn finite(self, key: &'static str, value: f64) -> Result<(), NonidealityError> {
        self.require(value.is_finite(), key, value, "must be finite")
    }

    pub(super) fn fraction(self, key: &'static str, value: f64) -> Result<(), NonidealityError> {
        let good = (0.0..=1.0).contains(&value);
        self.require(good, key, value, "must be between 0 and 1")
    }

    pub(super) fn at_most(
        self,
        key: &'static str,
        value: f64,
        limit: f64,
        reason: &'static str,
    ) -> Result<(), NonidealityError> {
        self.require(value <= limit, key, value, reason)
    }

    pub(super) fn at_least(
        self,
        key: &'static str,
        value: f64,
        limit: f64,
        reason: &'static str,
    ) -> Result<(), NonidealityError> {
        self.require(value >= limit, key, value, reason)
    }

    pub(super) fn inside(
        self,
        what: &'static str,
        index: usize,
        count: usize,
    ) -> Result<(), NonidealityError> {
        if index < count {
            Ok(())
        } else {
            let kind = self.0;
            Err(NonidealityError::OutsideArray {
                kind,
                what,
                index,
                count,
            })
        }
    }
}
