//! Control scripts over a small simulator, and beside ngspice.

mod support;

use std::collections::BTreeMap;

use ohmloom_netlists::results::{Complex64, Plot, Vector, VectorKind, rawfile};
use ohmloom_netlists::script::{
    ScriptError, ScriptLine, ScriptOptions, ScriptOutcome, Simulator, run_script, run_script_with,
};
use proptest::prelude::*;

/// `v1 in 0 1`, `r1 in out 1k`, `r2 out 0 1k`, solved by hand; `.tran` makes a ramp on uneven points.
#[derive(Default)]
struct Divider {
    values: BTreeMap<String, f64>,
    options: Vec<(String, String)>,
    saved: Vec<String>,
}

impl Divider {
    fn value(&self, name: &str) -> f64 {
        self.values
            .get(name)
            .copied()
            .unwrap_or(if name == "v1" { 1.0 } else { 1e3 })
    }

    fn solve(&self, v: f64) -> [f64; 3] {
        let i = v / (self.value("r1") + self.value("r2"));
        [v, i * self.value("r2"), -i]
    }

    fn plot(name: &str, scale: Option<Vector>, points: &[[f64; 3]]) -> Plot {
        let mut plot = Plot::new("divider", name);
        plot.vectors.extend(scale);
        let column = |at: usize| points.iter().map(|row| row[at]).collect::<Vec<_>>();
        plot.vectors.extend([
            Vector::real("in", VectorKind::Voltage, column(0)),
            Vector::real("out", VectorKind::Voltage, column(1)),
            Vector::real("v1#branch", VectorKind::Current, column(2)),
        ]);
        plot
    }
}

impl Simulator for Divider {
    fn analyse(&mut self, command: &str) -> Result<Vec<Plot>, String> {
        let words: Vec<&str> = command.split_whitespace().collect();
        Ok(vec![match words.as_slice() {
            ["op"] => Self::plot("Operating Point", None, &[self.solve(self.value("v1"))]),
            ["dc", "v1", list @ ..] if list.len() == 3 => {
                let n: Vec<f64> = list
                    .iter()
                    .map(|word| word.parse().map_err(|_| "bad number".to_owned()))
                    .collect::<Result<_, String>>()?;
                let count = ((n[1] - n[0]) / n[2]).round() as usize;
                let sweep: Vec<f64> = (0..=count).map(|k| n[0] + k as f64 * n[2]).collect();
                let rows: Vec<_> = sweep.iter().map(|&v| self.solve(v)).collect();
                Self::plot(
                    "DC transfer characteristic",
                    Some(Vector::real("v-sweep", VectorKind::Voltage, sweep)),
                    &rows,
                )
            }
            ["ac", ..] => {
                let mut scale = Vector::complex(
                    "frequency",
                    VectorKind::Frequency,
                    vec![10.0.into(), 100.0.into(), 1e3.into()],
                );
                scale.logarithmic = true;
                let mut plot = Plot::new("divider", "AC Analysis");
                let out = vec![Complex64::new(0.5, 0.0); 3];
                plot.vectors = vec![scale, Vector::complex("out", VectorKind::Voltage, out)];
                plot
            }
            ["tran", ..] => {
                let time = vec![0.0, 1e-6, 1.5e-6, 4e-6];
                let rows: Vec<_> = time.iter().map(|t| self.solve(t * 1e6)).collect();
                Self::plot(
                    "Transient Analysis",
                    Some(Vector::real("time", VectorKind::Time, time)),
                    &rows,
                )
            }
            _ => return Err(format!("cannot run `{command}`")),
        }])
    }

    fn alter(&mut self, element: &str, parameter: Option<&str>, value: f64) -> Result<(), String> {
        if !["r1", "r2", "v1"].contains(&element)
            || parameter.is_some_and(|name| name != "resistance" && name != "dc")
        {
            return Err(format!("no element `{element}` with {parameter:?}"));
        }
        self.values.insert(element.to_owned(), value);
        Ok(())
    }

    fn alter_model(&mut self, model: &str, parameter: &str, value: f64) -> Result<(), String> {
        self.values.insert(format!("{model}.{parameter}"), value);
        Ok(())
    }

    fn device_value(&self, element: &str, quantity: &str) -> Option<f64> {
        (quantity == "resistance" && element.starts_with('r')).then(|| self.value(element))
    }

    fn set_option(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.options.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    fn reset(&mut self) -> Result<(), String> {
        self.values.clear();
        Ok(())
    }

    fn save(&mut self, vectors: &[String]) -> Result<(), String> {
        self.saved.extend_from_slice(vectors);
        Ok(())
    }
}

fn lines(text: &str) -> Vec<ScriptLine> {
    text.lines()
        .enumerate()
        .map(|(at, text)| ScriptLine {
            text: text.to_owned(),
            line: at + 1,
        })
        .collect()
}

fn run(text: &str) -> (Result<ScriptOutcome, ScriptError>, String, Divider) {
    let mut simulator = Divider::default();
    let mut output = Vec::new();
    let outcome = run_script(&lines(text), &mut simulator, &mut output);
    (outcome, String::from_utf8(output).unwrap(), simulator)
}

/// What a script prints, without the counts of data rows.
fn prints(text: &str) -> Vec<String> {
    let (outcome, output, _) = run(text);
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
    output
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("No. of Data"))
        .map(str::to_owned)
        .collect()
}

/// Scripts whose text ngspice prints to the letter. The circuit is that of [`Divider`].
const SHARED: &str = r#"op
print v(in) v(out) i(v1)
print in-out v(in,out) @r1[resistance]
let k = 3
print k k*2
while k > 0
  echo k is $&k
  let k = k - 1
end
repeat 2
  echo again
end
foreach item 1 5k abc
  echo item $item
end
let b = vector(4)
let b[2] = 7.5
print b[2] length(b) mean(b)
let z = (1,2)
print z mag(z) z*z j(z)
set units=degrees
print ph(z)
unset units
set list = ( x y z )
echo $list $#list $list[2] $?list $?nothing
set number = 5k
echo $number "a  b" done
alter r2 = 3k
op
print v(out)
alter @r2[resistance] = 1k
op
let other = op1.out*3
print v(out) other
compose p start=0 stop=1 step=0.25
print p[3]
define twice(x) x*2
print twice(21)
dc v1 0 1 0.5
print v(out) v(in)
print v(out)[1]
meas dc half find v(out) at=0.75
meas dc most max v(out)
let d = half*2
print d
let j = 0
dowhile j < 3
  let j = j + 1
  if j = 2
    continue
  end
  if j = 3
    echo three
  else
    echo other
  end
end
if 1 > 2
  echo wrong
else
  echo right
end
setplot op1
print v(out)
print 7.5%2 floor(2.5) ceil(2.2) nint(2.5) abs(-3) sqrt(-4) log10(1000)
"#;

#[test]
fn output_is_that_of_ngspice() {
    let Some(folder) = support::ngspice_folder() else {
        return;
    };
    let script = SHARED;
    let deck = format!(
        "divider\nv1 in 0 1\nr1 in out 1k\nr2 out 0 1k\n.control\n{script}quit 0\n.endc\n.end\n"
    );
    let keep = |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim_end)
            .skip_while(|line| !line.starts_with("v(in) ="))
            .filter(|line| !line.is_empty())
            .filter(|line| {
                !["No. of", "Doing", "ngspice", "Note", "Warning"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            // The lines with the title and the date above tables.
            .filter(|line| !line.starts_with("   "))
            .map(str::to_owned)
            .collect()
    };
    let theirs = keep(&support::run_ngspice(folder.path(), &deck));
    let (outcome, ours, _) = run(script);
    assert_eq!(outcome.unwrap().errors, []);
    let ours = keep(&ours);
    for (a, b) in ours.iter().zip(&theirs) {
        // ngspice prints -0 currents and the like the same way; only white space may differ.
        assert_eq!(
            a.split_whitespace().collect::<Vec<_>>(),
            b.split_whitespace().collect::<Vec<_>>(),
            "{ours:#?}\n{theirs:#?}"
        );
    }
    assert_eq!(ours.len(), theirs.len(), "{ours:#?}\n{theirs:#?}");
}

#[test]
fn printed_text() {
    assert_eq!(prints("op\nprint v(out)"), ["v(out) = 5.000000e-01"]);
    assert_eq!(
        prints("let x = 1/3\necho $&x {$&x} '$x' \\$x"),
        ["0.333333 0.333333 $x $x"]
    );
    assert_eq!(prints("echo -n a\necho b ; c"), ["ab"]);
    assert_eq!(
        prints("foreach a 1 2 3\nif $a = 2\nbreak\nend\necho $a\nend"),
        ["1"]
    );
    assert_eq!(
        prints("foreach a 1 2\nforeach b 1 2\ncontinue 2\nend\nend\necho ok"),
        ["ok"]
    );
    assert_eq!(
        prints("strcmp same a a\nif $same = 0\necho same\nend"),
        ["same"]
    );
    assert_eq!(
        prints("op\nlet const.k = pi*0+3\nop\nprint k"),
        ["k = 3.000000e+00"]
    );
    assert_eq!(
        prints("op\necho $curplot $curplotname"),
        ["op1 Operating Point"]
    );
    assert_eq!(
        prints("tran 1u 4u\nlinearize v(in)\nprint v(in)[3] length(time)"),
        ["v(in)[3] = 3.000000e+00", "length(time) = 5.000000e+00"]
    );
    assert_eq!(
        prints("ac dec 1 10 1k\nmeas ac m find vdb(out) at=100"),
        ["m                   =  -6.020600e+00"]
    );
    assert_eq!(
        prints("define max3(a,b,c) max(a,max(b,c))\nprint max3(1,3,2)"),
        ["max3(1,3,2) = 3.000000e+00"]
    );
    assert_eq!(
        prints("op\ndefine drop(a,b) v(a)-v(b)\nprint drop(in,out)"),
        ["drop(in,out) = 5.000000e-01"]
    );
    assert_eq!(
        prints("setseed 7\nlet a = sgauss(0)\nsetseed 7\nlet b = sgauss(0)\nprint a eq b"),
        ["a eq b = 1.000000e+00"]
    );
}

#[test]
fn sweeps_keep_all_digits() {
    let (outcome, _, simulator) = run(
        "let r = 1000/3\nalter r1 = $&r\naltermod nch vto={$&r*3}\noption reltol=1e-4 noacct\nsave v(out) all",
    );
    assert_eq!(outcome.unwrap().errors, []);
    assert_eq!(simulator.values["r1"], 1000.0 / 3.0);
    assert_eq!(simulator.values["nch.vto"], 1000.0);
    assert_eq!(
        simulator.options,
        [
            ("reltol".into(), "1e-4".into()),
            ("noacct".into(), String::new())
        ]
    );
    assert_eq!(simulator.saved, ["v(out)", "all"]);
}

#[test]
fn files_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut simulator = Divider::default();
    let options = ScriptOptions {
        directory: Some(folder.path().to_owned()),
        ..ScriptOptions::default()
    };
    let script = "dc v1 0 1 0.5\nwrite a.raw\nset filetype=ascii\nset appendwrite\nwrite a.raw v(out)*2\nunset appendwrite\nset wr_singlescale\nset wr_vecnames\nwrdata a.txt v(out) i(v1)\necho one > b.txt\necho two >> b.txt\nload a.raw\nprint length(v(v-sweep))";
    let mut output = Vec::new();
    let outcome = run_script_with(&lines(script), &mut simulator, &mut output, options).unwrap();
    assert_eq!(outcome.errors, []);
    assert_eq!(outcome.plots.plots().len(), 4);
    let bytes = std::fs::read(folder.path().join("a.raw")).unwrap();
    let plots = rawfile::read(&mut std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(plots[0].vectors.len(), 4);
    assert_eq!(plots[1].vectors[1].name, "v(out)*2");
    assert_eq!(plots[1].vectors[1].data.to_real(), [0.0, 0.5, 1.0]);
    let table = std::fs::read_to_string(folder.path().join("a.txt")).unwrap();
    assert_eq!(
        table.lines().next().unwrap(),
        " v-sweep         v(out)          i(v1)          "
    );
    assert_eq!(
        table.lines().nth(2).unwrap(),
        " 5.00000000e-01  2.50000000e-01 -2.50000000e-04 "
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("b.txt")).unwrap(),
        "one\ntwo\n"
    );
}

#[test]
fn failed_commands_are_noted_and_the_script_goes_on() {
    let script = "op\nprint v(nope)\nplot v(out)\nshell rm -rf x\nfft v(out)\nfrobnicate\nlet 3x = 1\nalter q7 = 1\nmeas dc x max v(out)\nif nothing\necho wrong\nend\necho $undefined\nsource x.sp\nquit 3\necho never";
    let (outcome, output, _) = run(script);
    let outcome = outcome.unwrap();
    assert_eq!(outcome.exit_code, Some(3));
    let failed: Vec<usize> = outcome.errors.iter().map(|error| error.line).collect();
    assert_eq!(failed, [2, 4, 5, 6, 7, 8, 9, 10, 13, 14]);
    assert_eq!(outcome.notes.len(), 1);
    assert!(!output.contains("wrong") && !output.contains("never"));
}

#[test]
fn broken_scripts_end_with_an_error() {
    let fails = |text: &str| run(text).0.unwrap_err();
    assert_eq!(fails("op\nif 1\necho a").line, 2);
    assert_eq!(fails("end").line, 1);
    assert_eq!(fails("else").line, 1);
    assert_eq!(fails("op\nbreak").line, 2);
    assert_eq!(fails("goto x").message, "`goto` is not supported");
    assert_eq!(fails("op\nnoise v(out) v1 dec 1 1 10").line, 2);
    assert!(
        fails(&"if 1\n".repeat(200))
            .message
            .contains("nested too deeply")
    );
    let mut simulator = Divider::default();
    let options = ScriptOptions {
        step_limit: 1000,
        ..ScriptOptions::default()
    };
    let error = run_script_with(
        &lines("let x = 0\nwhile 1\nlet x = x + 1\nend"),
        &mut simulator,
        &mut Vec::new(),
        options,
    );
    assert!(error.unwrap_err().message.contains("1000 steps"));
    // A loop in which a command always fails ends too.
    assert!(
        fails("while 1\nprint nope\nend")
            .message
            .contains("too many commands have failed")
    );
    assert!(fails("while 1\nend").help.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_script_ends_without_a_panic(
        script in prop::collection::vec(
            prop_oneof![
                "(let|print|if|while|end|else|set|foreach|repeat|echo|alter|meas|compose|define|setplot|destroy|dc|display|linearize|unlet) [a-z0-9$&(){}\\[\\]=.,*+ '\"<>@;-]{0,24}",
                "[ -.0-~]{0,30}",
                "(end|else|op|tran 1u 4u|ac|break|let a = a\\+1|let a = vector\\(5\\)|print all|setplot new|destroy all)",
            ],
            0..12,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut simulator = Divider::default();
        let options = ScriptOptions {
            step_limit: 2000,
            directory: Some(folder.path().to_owned()),
            ..ScriptOptions::default()
        };
        let _ = run_script_with(&lines(&script.join("\n")), &mut simulator, &mut Vec::new(), options);
    }
}
