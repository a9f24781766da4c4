//! Arrays as elements (`yarray`): against the same arrays cell by cell and segment by segment; errors; files.

mod errors;
mod flattened;
mod generate;
mod run;
mod transients;
