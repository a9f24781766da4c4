//! Which npy files are read, and what they mean.

use ndarray::{Array2, ShapeBuilder, array};

use crate::folder::{Folder, conductances};

#[test]
fn element_width_and_order_do_not_matter() {
    let folder = Folder::new();
    // Exact in float32, so that the results must be equal.
    let cells = Array2::from_shape_fn((2, 3), |(i, j)| (1 + 3 * i + j) as f64 / 65536.0);
    let drive = array![[0.25, 0.5], [1.0, -0.125], [0.0, 2.0]];
    folder.write("G.npy", &cells);
    folder.write("V.npy", &drive);
    folder.solved("");
    let expected = folder.read("I.npy");

    let fortran = |array: &Array2<f64>| {
        let mut copy = Array2::zeros(array.dim().f());
        copy.assign(array);
        copy
    };
    folder.write("G.npy", &fortran(&cells));
    folder.write("V.npy", &fortran(&drive));
    folder.solved("");
    assert_eq!(folder.read("I.npy"), expected);

    folder.write("G.npy", &fortran(&cells).mapv(|value| value as f32));
    folder.write("V.npy", &drive.mapv(|value| value as f32));
    folder.solved("");
    assert_eq!(folder.read("I.npy"), expected);
}

#[test]
fn resistances_are_inverse_conductances_and_inf_is_no_cell() {
    let folder = Folder::new();
    let cells = array![[0.5, 0.125, 0.25], [0.0625, 0.0, 1.0]];
    folder.write("G.npy", &cells);
    folder.write("R.npy", &cells.recip());
    folder.write("R32.npy", &cells.mapv(|siemens| (1.0 / siemens) as f32));
    folder.solved("");
    let expected = folder.read("I.npy");
    for file in ["R.npy", "R32.npy"] {
        let arguments = format!("--resistance {file} --inputs V.npy --output {file}.out.npy");
        folder.solve(&arguments).succeeded();
        assert_eq!(folder.read(&format!("{file}.out.npy")), expected);
    }
}

#[test]
fn an_array_without_cells_carries_no_current() {
    let folder = Folder::new();
    folder.write("G.npy", &(0.0 * conductances()));
    folder.solved("");
    assert_eq!(folder.read("I.npy"), array![0.0, 0.0, 0.0].into_dyn());
}
