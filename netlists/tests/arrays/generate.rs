//! Arrays as one element, and the same cell by cell.

use std::fmt::Write;
use std::path::PathBuf;

/// What is at each crossing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    Ohmic,
    Sinh,
    /// A memristor of the model `mem` whose largest `x0` is this.
    Memristor(f64),
}

/// An array.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) rrow: f64,
    pub(crate) rcolumn: f64,
    pub(crate) crow: f64,
    pub(crate) ccolumn: f64,
    pub(crate) cell: Cell,
    /// A transistor of the model `nm`, its instance parameters, `side` and `gatelines`.
    pub(crate) transistor: Option<(&'static str, &'static str, &'static str)>,
    /// Model cards.
    pub(crate) models: &'static str,
    pub(crate) bulk: &'static str,
}

pub(crate) const LEVEL1: &str =
    ".model nm nmos level=1 vto=0.45 kp=300u gamma=0.4 phi=0.8 lambda=0.05 tox=2.6n
+ cgso=0.3n cgdo=0.3n cj=1m mj=0.5 pb=0.8 cjsw=0.2n mjsw=0.33 is=1e-16
";
pub(crate) const SIZE: &str = "w=1u l=0.13u ad=0.3p as=0.3p pd=1.6u ps=1.6u";

/// A fraction between 0 and 1 that looks random.
pub(crate) fn fraction(seed: usize) -> f64 {
    let x = (seed as f64 * 12.9898 + 78.233).sin() * 43758.5453;
    x - x.floor()
}

impl Spec {
    pub(crate) fn new(rows: usize, columns: usize, cell: Cell) -> Self {
        Self {
            rows,
            columns,
            rrow: 5.0,
            rcolumn: 3.0,
            crow: 0.0,
            ccolumn: 0.0,
            cell,
            transistor: None,
            models: "",
            bulk: "0",
        }
    }

    pub(crate) fn with_transistor(self, side: &'static str, gatelines: &'static str) -> Self {
        Self {
            transistor: Some((SIZE, side, gatelines)),
            models: LEVEL1,
            ..self
        }
    }

    pub(crate) fn gates(&self) -> usize {
        match self.transistor {
            None => 0,
            Some((_, _, "rows")) => self.rows,
            Some(_) => self.columns,
        }
    }

    /// Conductance of a cell, S.
    fn conductance(&self, row: usize, column: usize) -> f64 {
        let exponent = 1.3 * fraction(row * self.columns + column);
        // Six digits, so that files and decks say the same.
        format!("{:.6e}", 1e-5 * 10f64.powf(exponent))
            .parse()
            .unwrap()
    }

    fn state(&self, row: usize, column: usize) -> f64 {
        let Cell::Memristor(largest) = self.cell else {
            return 0.0;
        };
        let state = largest * (0.2 + 0.6 * fraction(row * self.columns + column));
        format!("{state:.6e}").parse().unwrap()
    }

    fn table(&self, value: impl Fn(usize, usize) -> f64) -> String {
        let mut text = String::new();
        for row in 0..self.rows {
            for column in 0..self.columns {
                write!(text, "{:e} ", value(row, column)).unwrap();
            }
            text.push('\n');
        }
        text
    }

    /// As one element, with its matrix in a file of `folder`.
    pub(crate) fn element(&self, folder: &tempfile::TempDir) -> String {
        let path: PathBuf = folder.path().join("cells.txt");
        let mut text = self.models.to_owned();
        let (rows, columns) = (self.rows - 1, self.columns - 1);
        write!(
            text,
            ".model xbar array rrow={:e} rcolumn={:e} crow={:e} ccolumn={:e}",
            self.rrow, self.rcolumn, self.crow, self.ccolumn
        )
        .unwrap();
        let file = if matches!(self.cell, Cell::Memristor(_)) {
            std::fs::write(&path, self.table(|i, j| self.state(i, j))).unwrap();
            text.push_str(" memristor=mem");
            "statefile"
        } else {
            std::fs::write(&path, self.table(|i, j| self.conductance(i, j))).unwrap();
            "gfile"
        };
        if self.cell == Cell::Sinh {
            text.push_str(" law=sinh v0=0.2");
        }
        if let Some((size, side, gatelines)) = self.transistor {
            write!(
                text,
                " transistor=nm {size} side={side} gatelines={gatelines}"
            )
            .unwrap();
        }
        write!(
            text,
            "\nyarray a1 rows=(r[0:{rows}]) columns=(c[0:{columns}]) xbar {file}=\"{}\"",
            path.display()
        )
        .unwrap();
        if self.gates() > 0 {
            write!(
                text,
                " gates=(g[0:{}]) bulk={}",
                self.gates() - 1,
                self.bulk
            )
            .unwrap();
        }
        text.push('\n');
        text
    }

    /// Cell by cell and segment by segment.
    pub(crate) fn flat(&self) -> String {
        let mut text = self.models.to_owned();
        let row = |i: usize, j: usize| {
            if j == 0 || self.rrow == 0.0 {
                format!("r{i}")
            } else {
                format!("r{i}_{j}")
            }
        };
        let column = |i: usize, j: usize| {
            if i + 1 == self.rows || self.rcolumn == 0.0 {
                format!("c{j}")
            } else {
                format!("c{j}_{i}")
            }
        };
        for i in 0..self.rows {
            for j in 0..self.columns {
                let (r, c, at) = (row(i, j), column(i, j), format!("{i}_{j}"));
                if j + 1 < self.columns && self.rrow > 0.0 {
                    let next = row(i, j + 1);
                    writeln!(text, "rr{at} {r} {next} {:e}", self.rrow).unwrap();
                }
                if i + 1 < self.rows && self.rcolumn > 0.0 {
                    let next = column(i + 1, j);
                    writeln!(text, "rc{at} {c} {next} {:e}", self.rcolumn).unwrap();
                }
                for (name, node, farad) in [("r", &r, self.crow), ("c", &c, self.ccolumn)] {
                    if farad > 0.0 {
                        writeln!(text, "c{name}{at} {node} 0 {farad:e}").unwrap();
                    }
                }
                let m = format!("m{at}");
                let (from, to) = match self.transistor {
                    None => (&r, &c),
                    Some((size, side, gatelines)) => {
                        let gate = if gatelines == "rows" { i } else { j };
                        let bulk = self.bulk;
                        let (drain, source) = if side == "row" { (&m, &c) } else { (&r, &m) };
                        writeln!(text, "m{at} {drain} g{gate} {source} {bulk} nm {size}").unwrap();
                        if side == "row" { (&r, &m) } else { (&m, &c) }
                    }
                };
                let g = self.conductance(i, j);
                match self.cell {
                    Cell::Ohmic => writeln!(text, "rx{at} {from} {to} {:e}", 1.0 / g),
                    Cell::Sinh => {
                        writeln!(
                            text,
                            "bx{at} {from} {to} i={:e}*sinh(v({from},{to})/0.2)",
                            g * 0.2
                        )
                    }
                    Cell::Memristor(_) => {
                        writeln!(text, "nx{at} {from} {to} mem x0={:e}", self.state(i, j))
                    }
                }
                .unwrap();
            }
        }
        text
    }

    /// Ports whose potentials are compared.
    pub(crate) fn ports(&self) -> Vec<String> {
        let family = |letter: &str, count: usize| {
            let letter = letter.to_owned();
            (0..count).map(move |k| format!("v({letter}{k})"))
        };
        family("r", self.rows)
            .chain(family("c", self.columns))
            .chain(family("g", self.gates()))
            .collect()
    }

    /// Sources whose currents are compared: those of [`Self::surroundings`].
    pub(crate) fn currents(&self) -> Vec<String> {
        let sources = (0..self.rows).map(|i| format!("i(vr{i})"));
        let gates = (0..self.gates()).map(|k| format!("i(vg{k})"));
        sources.chain(gates).collect()
    }

    /// Drivers with resistances at the rows, and at the columns in turn a transimpedance amplifier, a resistor to ground, a resistor with a
    /// capacitor, and a current source. `row` gives each row's source, `gate` each gate's.
    pub(crate) fn surroundings(
        &self,
        row: impl Fn(usize) -> String,
        gate: impl Fn(usize) -> String,
    ) -> String {
        let mut text = String::new();
        for i in 0..self.rows {
            let ohm = 1.0 + 20.0 * fraction(i + 900);
            writeln!(text, "vr{i} vr{i} 0 {}\nrs{i} vr{i} r{i} {ohm:e}", row(i)).unwrap();
        }
        for j in 0..self.columns {
            match j % 4 {
                0 => writeln!(
                    text,
                    "eo{j} o{j} 0 0 c{j} 1e4\nrf{j} o{j} c{j} 2k\ncf{j} o{j} c{j} 50f"
                ),
                1 => writeln!(text, "rt{j} c{j} 0 50"),
                2 => writeln!(text, "rt{j} c{j} 0 1k\nct{j} c{j} 0 20f"),
                _ => writeln!(text, "rt{j} c{j} 0 5k\nit{j} 0 c{j} 10u"),
            }
            .unwrap();
        }
        for k in 0..self.gates() {
            writeln!(text, "vg{k} vg{k} 0 {}\nrg{k} vg{k} g{k} 200", gate(k)).unwrap();
        }
        if self.bulk != "0" {
            writeln!(text, "vbulk {} 0 -0.2", self.bulk).unwrap();
        }
        text
    }
}
