//! The rule by which a switch opens and closes.

/// Where a switch stands. `Held` positions were taken or kept inside the hysteresis band; with a negative hysteresis they
/// are left only when the control leaves the band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Open,
    Closed,
    HeldOpen,
    HeldClosed,
}

impl Position {
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::HeldClosed)
    }
}

/// The threshold and half the width of the band around it, in the unit of the control.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    pub(super) centre: f64,
    pub(super) hysteresis: f64,
}

impl Thresholds {
    /// The position that a control outside the band forces.
    fn forced(&self, control: f64) -> Option<Position> {
        let half = self.hysteresis.abs();
        if control > self.centre + half {
            Some(Position::Closed)
        } else if control < self.centre - half {
            Some(Position::Open)
        } else {
            None
        }
    }

    /// The position at the start of an operating point: that of the control, and inside the band the given one, or closed
    /// with a negative hysteresis. A switch that is to start closed does not look at a low control yet.
    pub(super) fn first(&self, control: f64, on: bool) -> Position {
        match self.forced(control) {
            Some(Position::Open) if on => Position::HeldClosed,
            Some(position) => position,
            None if on || self.hysteresis <= 0.0 => Position::HeldClosed,
            None => Position::HeldOpen,
        }
    }

    /// The next position from that of the last iteration (`latest`) and that of the last accepted point.
    pub(super) fn next(&self, control: f64, latest: Position, accepted: Position) -> Position {
        if let Some(position) = self.forced(control) {
            return position;
        }
        if self.hysteresis > 0.0 {
            return latest;
        }
        match accepted {
            Position::HeldOpen | Position::HeldClosed => accepted,
            Position::Closed => Position::HeldOpen,
            Position::Open => Position::HeldClosed,
        }
    }

    /// How far the control may still move in its direction before the switch changes; `None` when it moves away.
    pub(super) fn distance(&self, control: f64, change: f64, position: Position) -> Option<f64> {
        let half = if position.is_closed() {
            -self.hysteresis
        } else {
            self.hysteresis
        };
        let remaining = self.centre + half - control;
        let approaches = if position.is_closed() {
            remaining < 0.0 && change < 0.0
        } else {
            remaining > 0.0 && change > 0.0
        };
        approaches.then_some(remaining)
    }
}
