//! Work that fails: status 1, the file and what is wrong with it, and nothing left behind.

use std::fs;

use ndarray::{Array2, array};

use crate::folder::{FILES, Folder, conductances};

/// The run must fail, say all of these, and leave no file.
#[track_caller]
fn assert_refused(folder: &Folder, arguments: &str, texts: &[&str]) {
    let before = folder.names();
    folder.solve(arguments).failed(1, texts);
    assert_eq!(folder.names(), before);
}

#[test]
fn files_that_are_missing_or_no_npy() {
    let folder = Folder::new();
    fs::remove_file(folder.path("G.npy")).unwrap();
    assert_refused(&folder, FILES, &["cannot read G.npy", "No such file"]);
    fs::write(folder.path("G.npy"), "1 2 3\n").unwrap();
    assert_refused(&folder, FILES, &["G.npy: this is not an npy file"]);
    fs::write(folder.path("G.npy"), "").unwrap();
    assert_refused(&folder, FILES, &["G.npy: this is not an npy file"]);
    fs::remove_file(folder.path("G.npy")).unwrap();
    fs::create_dir(folder.path("G.npy")).unwrap();
    assert_refused(&folder, FILES, &["cannot read G.npy"]);
}

#[test]
fn wrong_elements() {
    let folder = Folder::new();
    folder.write("G.npy", &array![[1i64, 2], [3, 4]]);
    assert_refused(&folder, FILES, &["G.npy", "type <i8", "float64", "float32"]);
    folder.write("G.npy", &conductances());
    folder.write("V.npy", &array![true, false]);
    assert_refused(&folder, FILES, &["V.npy", "type |b1"]);
}

#[test]
fn wrong_shapes() {
    let folder = Folder::new();
    folder.write("G.npy", &array![1e-4, 2e-4]);
    assert_refused(
        &folder,
        FILES,
        &["G.npy: its shape is (2,); (rows, columns) is needed"],
    );
    folder.write("G.npy", &Array2::<f64>::zeros((0, 3)));
    assert_refused(
        &folder,
        FILES,
        &["G.npy: the array is empty: its shape is (0, 3)"],
    );
    folder.write("G.npy", &conductances());
    for (inputs, shape) in [
        (array![0.1, 0.2, 0.3].into_dyn(), "(3,)"),
        (array![[0.1], [0.2]].into_dyn(), "(2, 1)"),
        (ndarray::arr0(0.1).into_dyn(), "()"),
        (array![[[0.1, 0.2]]].into_dyn(), "(1, 1, 2)"),
    ] {
        folder.write("V.npy", &inputs);
        let found = format!("V.npy: its shape is {shape};");
        assert_refused(
            &folder,
            FILES,
            &[&found, "shape (2, 3) needs (2,) or (P, 2)"],
        );
    }
}

#[test]
fn truncated_files_and_declared_shapes_beyond_memory() {
    let folder = Folder::new();
    let whole = fs::read(folder.path("G.npy")).unwrap();
    fs::write(folder.path("G.npy"), &whole[..whole.len() - 8]).unwrap();
    assert_refused(
        &folder,
        FILES,
        &["G.npy: the file is truncated", "48 bytes, 40 are there"],
    );
    fs::write(folder.path("G.npy"), &whole[..60]).unwrap();
    assert_refused(
        &folder,
        FILES,
        &["G.npy: the file is truncated: it ends in its header"],
    );
    fs::write(folder.path("G.npy"), [&whole[..], b"\n"].concat()).unwrap();
    assert_refused(&folder, FILES, &["G.npy: bytes follow after the array"]);
    let text = String::from_utf8_lossy(&whole[10..128]).into_owned();
    for (shape, reason) in [
        ("(1000000, 10000000)", "the file is truncated"),
        ("(4294967296, 4294967296)", "larger than any memory"),
    ] {
        let mut header = text.replace("(2, 3)", shape);
        header.truncate(118);
        header.replace_range(117..118, "\n");
        let huge = [&whole[..10], header.as_bytes(), &whole[128..]].concat();
        fs::write(folder.path("G.npy"), huge).unwrap();
        assert_refused(&folder, FILES, &["G.npy", reason, shape]);
    }
}

#[test]
fn values_that_no_cell_or_driver_can_have() {
    let folder = Folder::new();
    for (value, shown) in [
        (f64::NAN, "NaN"),
        (-1e-5, "-0.00001"),
        (f64::INFINITY, "inf"),
    ] {
        let mut cells = conductances();
        cells[[1, 2]] = value;
        folder.write("G.npy", &cells);
        let found = format!("G.npy: the conductance of the cell in row 1, column 2 is {shown} S");
        assert_refused(&folder, FILES, &[&found]);
    }
    let resistances = "--resistance R.npy --inputs V.npy --output I.npy";
    for (value, shown, reason) in [
        (0.0, "0 ohm", "short circuit"),
        (f64::NAN, "NaN ohm", "must be positive"),
        (-5.0, "-5 ohm", "must be positive"),
        (f64::NEG_INFINITY, "-inf ohm", "must be positive"),
    ] {
        let mut cells = conductances().recip();
        cells[[0, 1]] = value;
        folder.write("R.npy", &cells);
        let found = format!("R.npy: the resistance of the cell in row 0, column 1 is {shown}");
        assert_refused(&folder, resistances, &[&found, reason]);
    }
    folder.write("G.npy", &conductances());
    folder.write("V.npy", &array![[0.1, 0.2], [f64::NAN, 0.1]]);
    assert_refused(&folder, FILES, &["V.npy: the voltage at [1, 0] is NaN"]);
}

#[test]
fn files_that_cannot_be_written() {
    let folder = Folder::new();
    let with_output =
        |output: &str| format!("--conductance G.npy --inputs V.npy --output {output}");
    assert_refused(
        &folder,
        &with_output("nowhere/I.npy"),
        &["cannot write nowhere/I.npy: folder nowhere", "No such file"],
    );
    assert_refused(
        &folder,
        &with_output("G.npy/I.npy"),
        &["cannot write G.npy/I.npy"],
    );
    assert_refused(
        &folder,
        &with_output(".."),
        &["cannot write ..: it is a folder"],
    );
    assert_refused(
        &folder,
        &format!("{FILES} --voltages nowhere/nodes"),
        &["cannot write nowhere/nodes_row.npy"],
    );
    assert_refused(
        &folder,
        &format!("{FILES} --heatmap no/map.png"),
        &["cannot write no/map.png"],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn folders_that_take_no_files_and_devices_that_are_full() {
    let folder = Folder::new();
    let files = "--conductance G.npy --inputs V.npy --output";
    assert_refused(
        &folder,
        &format!("{files} /proc/I.npy"),
        &["cannot write /proc/I.npy: folder /proc"],
    );
    assert_refused(
        &folder,
        &format!("{files} /dev/full"),
        &["cannot write /dev/full", "No space left"],
    );
}

#[test]
fn a_solution_that_does_not_converge() {
    let folder = Folder::new();
    folder.write("G.npy", &Array2::from_elem((2, 2), 1e300));
    folder.write("V.npy", &array![1e10, 1e200]); // their currents overflow
    assert_refused(&folder, FILES, &["input 0 did not converge"]);
}
