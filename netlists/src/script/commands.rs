//! The commands by name, and those that deal with variables and plots.

use crate::results::Plot;

use super::interpreter::{Failure, Flow, Interpreter, levels};
use super::substitution::Digits;
use super::text::{first_word, redirection, words};
use super::variables::Variable;

/// Commands that draw, look into the program, or belong to interactive work: passed over with this reason.
const WITHOUT_MEANING: [(&str, &str); 24] = [
    (
        "plot",
        "there are no graphics in batch mode; use write or wrdata",
    ),
    (
        "gnuplot",
        "there are no graphics in batch mode; use write or wrdata",
    ),
    (
        "hardcopy",
        "there are no graphics in batch mode; use write or wrdata",
    ),
    (
        "iplot",
        "there are no graphics in batch mode; use write or wrdata",
    ),
    ("asciiplot", "text plots are not drawn; use print"),
    ("rusage", "times and memory are those of another program"),
    ("version", "the version is that of another program"),
    ("status", "there are no breakpoints in batch mode"),
    ("trace", "there are no breakpoints in batch mode"),
    ("listing", "the deck is in its file"),
    ("show", "use print @device[quantity]"),
    ("showmod", "use print @device[quantity]"),
    ("history", "there is no history in batch mode"),
    ("help", "there is no help in batch mode"),
    ("bug", "it belongs to interactive work"),
    ("state", "there are no breakpoints in batch mode"),
    ("where", "an analysis that fails names the node itself"),
    ("remzerovec", "vectors without points are never kept"),
    ("mrdump", "it belongs to the development of another program"),
    ("mdump", "it belongs to the development of another program"),
    ("inventory", "it belongs to interactive work"),
    ("dump", "it belongs to interactive work"),
    ("optran", "the operating point has its own order of methods"),
    (
        "esave",
        "it belongs to the event simulator of another program",
    ),
];

/// Commands that would change what a script means if they were passed over.
const UNSUPPORTED: [&str; 35] = [
    "alias",
    "alterparam",
    "altermode",
    "aspice",
    "bltplot",
    "cd",
    "chdir",
    "circbyline",
    "codemodel",
    "cross",
    "cutout",
    "diff",
    "disto",
    "edit",
    "edisplay",
    "eprint",
    "fft",
    "ifft",
    "inputdir",
    "jobs",
    "mc_source",
    "meas_cont",
    "osdi",
    "psd",
    "pss",
    "remcirc",
    "resume",
    "setcirc",
    "snload",
    "snsave",
    "spec",
    "specwindow",
    "step",
    "stop",
    "transpose",
];

impl Interpreter<'_> {
    /// Runs one command.
    pub(super) fn execute(&mut self, text: &str) -> Result<Flow, Failure> {
        let (word, _) = first_word(text);
        let name = word.to_ascii_lowercase();
        let digits = if name == "echo" {
            Digits::Shown
        } else {
            Digits::Exact
        };
        let text = if name == "define" {
            text.to_owned()
        } else {
            self.substituted(text, digits)?
        };
        let (_, rest) = first_word(&text);
        match name.as_str() {
            "break" => return levels(rest).map(Flow::Break),
            "continue" => return levels(rest).map(Flow::Continue),
            "quit" | "exit" => {
                let code = if rest.trim().is_empty() {
                    0.0
                } else {
                    self.number(rest)?
                };
                return Ok(Flow::Exit(code.clamp(0.0, 255.0) as i32));
            }
            "echo" | "print" | "display" | "fourier" | "meas" | "measure" => {
                self.with_redirection(&name, rest)?;
            }
            _ => self.plain_command(&name, rest, &text)?,
        }
        Ok(Flow::Next)
    }

    /// A command that prints, whose text may go to a file.
    fn with_redirection(&mut self, name: &str, rest: &str) -> Result<(), Failure> {
        let (arguments, file) = redirection(rest);
        let mut made: Vec<u8> = Vec::new();
        let result = match name {
            "echo" => self.echo(arguments, &mut made),
            "print" => self.print(arguments, &mut made),
            "display" => self.display(arguments, &mut made),
            "fourier" => self.fourier(arguments, &mut made),
            _ => self.measure(arguments, &mut made),
        };
        match file {
            Some((file, append)) => self.write_file(file, append, &made)?,
            None => self.output.write_all(&made)?,
        }
        result
    }

    fn plain_command(&mut self, name: &str, rest: &str, text: &str) -> Result<(), Failure> {
        match name {
            "run" | "op" | "dc" | "ac" | "tran" | "noise" | "tf" | "sens" | "pz" | "sp" => {
                self.analyse(name, text)
            }
            "alter" => self.alter(rest),
            "altermod" => self.alter_model(rest),
            "option" | "options" | "opt" => self.options(rest),
            "save" => Ok(self.simulator.save(&words(rest))?),
            "reset" => Ok(self.simulator.reset()?),
            "set" => self.set(rest),
            "unset" => self.unset(rest),
            "setplot" => self.setplot(rest),
            "destroy" => self.destroy(rest),
            "setseed" => self.set_seed(rest),
            "strcmp" => self.compare_strings(rest),
            "let" => self.assign(rest),
            "unlet" => self.unlet(rest),
            "compose" => self.compose(rest),
            "define" => self.define(rest),
            "undefine" => {
                self.undefine(rest);
                Ok(())
            }
            "linearize" => self.linearize(rest),
            "setscale" => self.setscale(rest),
            "settype" => self.settype(rest),
            "write" => self.write(rest),
            "wrdata" => self.wrdata(rest),
            "load" => self.load(rest),
            "shell" | "!" | "system" => {
                Err("running programs of the operating system is refused".into())
            }
            "source" | ".include" | "include" => {
                Err("`source` is not supported: put the commands into this script".into())
            }
            _ => self.other_command(name),
        }
    }

    fn other_command(&mut self, name: &str) -> Result<(), Failure> {
        if let Some((_, reason)) = WITHOUT_MEANING.iter().find(|(known, _)| *known == name) {
            let note = format!("`{name}` was passed over: {reason}");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return Ok(());
        }
        if UNSUPPORTED.contains(&name) {
            return Err(Failure::Command(format!(
                "the command `{name}` is not supported"
            )));
        }
        Err(Failure::Command(format!("`{name}` is no command")))
    }

    /// `set a=1 b c = ( x y )`; without arguments lists all variables. Tolerances and the like also go to the simulator.
    fn set(&mut self, rest: &str) -> Result<(), Failure> {
        let list = assignments(rest)?;
        if list.is_empty() {
            for (name, value) in self.variables.list() {
                writeln!(self.output, "{name}\t{value}")?;
            }
        }
        for (name, value) in list {
            match value {
                None => self.variables.set(&name, Variable::Word(String::new())),
                Some(Assigned::Word(word)) => {
                    let lower = name.to_ascii_lowercase();
                    if [
                        "temp", "tnom", "reltol", "abstol", "vntol", "gmin", "method", "maxord",
                    ]
                    .contains(&lower.as_str())
                    {
                        self.simulator.set_option(&lower, &word)?;
                    }
                    self.variables.set_word(&name, &word);
                }
                Some(Assigned::List(words)) => self.variables.set(&name, Variable::List(words)),
            }
        }
        Ok(())
    }

    fn unset(&mut self, rest: &str) -> Result<(), Failure> {
        let unknown: Vec<String> = words(rest)
            .into_iter()
            .filter(|name| !self.variables.unset(name))
            .collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(format!("no such variable: {}", unknown.join(" ")).into())
        }
    }

    /// `option a=1 b`: sent to the simulator.
    fn options(&mut self, rest: &str) -> Result<(), Failure> {
        for (name, value) in assignments(rest)? {
            let value = match value {
                Some(Assigned::Word(word)) => word,
                Some(Assigned::List(_)) => {
                    return Err(format!("the option `{name}` is one value").into());
                }
                None => String::new(),
            };
            self.simulator
                .set_option(&name.to_ascii_lowercase(), &value)?;
        }
        Ok(())
    }

    fn setplot(&mut self, rest: &str) -> Result<(), Failure> {
        let name = rest.trim().to_ascii_lowercase();
        match name.as_str() {
            "" => {
                writeln!(self.output, "List of plots available:\n")?;
                let current = self.plots.current().type_name.clone();
                for plot in self.plots.plots().iter().rev() {
                    let mark = if plot.type_name == current {
                        "Current "
                    } else {
                        "\t"
                    };
                    writeln!(
                        self.output,
                        "{mark}{}\t{} ({})",
                        plot.type_name, plot.title, plot.name
                    )?;
                }
                Ok(())
            }
            "new" => {
                let mut plot = Plot::new("Anonymous", "unknown");
                plot.date.clone_from(&self.date);
                self.plots.add(plot);
                Ok(())
            }
            _ if self.plots.select(&name) => Ok(()),
            _ => Err(format!("no such plot as `{name}`").into()),
        }
    }

    fn destroy(&mut self, rest: &str) -> Result<(), Failure> {
        let names = words(rest);
        if names.is_empty() {
            let current = self.plots.current().type_name.clone();
            self.plots.destroy(&current);
        }
        for name in names {
            if !self.plots.destroy(&name) {
                return Err(format!("no such plot as `{name}`, or it cannot be removed").into());
            }
        }
        Ok(())
    }

    fn set_seed(&mut self, rest: &str) -> Result<(), Failure> {
        let seed = self.number(rest)?;
        if seed < 0.0 || seed.fract() != 0.0 || seed > 1e15 {
            return Err("a seed is a whole number from 0".into());
        }
        self.random = crate::results::algebra::RandomSource::new(seed as u64);
        Ok(())
    }

    /// `strcmp name a b`: sets the variable to -1, 0 or 1.
    fn compare_strings(&mut self, rest: &str) -> Result<(), Failure> {
        let list = words(rest);
        let [name, a, b] = list.as_slice() else {
            return Err("`strcmp` takes a variable and two words".into());
        };
        let order = a.cmp(b) as i32;
        self.variables.set(name, Variable::Word(order.to_string()));
        Ok(())
    }
}

enum Assigned {
    Word(String),
    List(Vec<String>),
}

/// `a = 1`, `b`, `c = ( x y )`.
fn assignments(text: &str) -> Result<Vec<(String, Option<Assigned>)>, Failure> {
    // Signs of their own word, unless they stand inside of a quoted word.
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut quote = None;
    for letter in text.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None if matches!(letter, '=' | '(' | ')') => {
                spaced.extend([' ', letter, ' ']);
                continue;
            }
            _ => {}
        }
        spaced.push(letter);
    }
    let mut list = Vec::new();
    let mut words = words(&spaced).into_iter().peekable();
    while let Some(name) = words.next() {
        if ["=", "(", ")"].contains(&name.as_str()) {
            return Err(format!("`{name}` without a name before it").into());
        }
        if words.next_if(|word| word == "=").is_none() {
            list.push((name, None));
            continue;
        }
        let Some(value) = words.next() else {
            return Err(format!("`{name} =` has no value").into());
        };
        if value != "(" {
            list.push((name, Some(Assigned::Word(value))));
            continue;
        }
        let mut inside = Vec::new();
        loop {
            match words.next() {
                Some(word) if word == ")" => break,
                Some(word) => inside.push(word),
                None => return Err(format!("the list of `{name}` has no `)`").into()),
            }
        }
        list.push((name, Some(Assigned::List(inside))));
    }
    Ok(list)
}
