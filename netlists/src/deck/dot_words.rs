//! The words that dot cards start with.

use super::Command;

/// The dot words that can be misspelt.
pub(super) const DOT_WORDS: [&str; 46] = [
    ".ac",
    ".control",
    ".csparam",
    ".dc",
    ".else",
    ".elseif",
    ".end",
    ".endc",
    ".endif",
    ".endl",
    ".ends",
    ".four",
    ".func",
    ".global",
    ".ic",
    ".if",
    ".include",
    ".lib",
    ".mc",
    ".meas",
    ".measure",
    ".model",
    ".nodeset",
    ".noise",
    ".op",
    ".option",
    ".options",
    ".param",
    ".plot",
    ".print",
    ".probe",
    ".save",
    ".sens",
    ".step",
    ".subckt",
    ".temp",
    ".tf",
    ".title",
    ".tran",
    ".width",
    ".inc",
    ".incl",
    ".opt",
    ".fourier",
    ".elif",
    ".function",
];

/// The command that a dot word stands for, or why there is none.
pub(super) fn command(word: &str) -> Result<Command, String> {
    Ok(match word {
        ".op" => Command::OperatingPoint,
        ".dc" => Command::Dc,
        ".ac" => Command::Ac,
        ".tran" => Command::Transient,
        ".noise" => Command::Noise,
        ".tf" => Command::TransferFunction,
        ".sens" => Command::Sensitivity,
        ".step" => Command::Step,
        ".mc" => Command::MonteCarlo,
        ".ic" => Command::InitialConditions,
        ".nodeset" => Command::NodeSet,
        ".global" => Command::Global,
        ".options" | ".option" | ".opt" => Command::Options,
        ".temp" => Command::Temperature,
        ".save" => Command::Save,
        ".print" => Command::Print,
        ".plot" => Command::Plot,
        ".probe" => Command::Probe,
        ".width" => Command::Width,
        ".four" | ".fourier" => Command::Fourier,
        ".meas" | ".measure" => Command::Measure,
        ".csparam" => Command::ControlParameters,
        ".data" | ".disto" | ".pz" | ".sp" | ".pss" | ".hb" | ".alter" | ".connect"
        | ".distribution" | ".sample" | ".enddata" | ".net" | ".tline" | ".wave" | ".load"
        | ".savebias" | ".loadbias" | ".protect" | ".unprotect" | ".prot" | ".unprot" | ".hdl"
        | ".biaschk" | ".machine" | ".backanno" | ".dcvolt" | ".preprocess" | ".sampling"
        | ".pce" | ".embeddedsampling" | ".result" | ".hbint" | ".mpde" | ".dcvol" => {
            return Err(format!("`{word}` is not supported"));
        }
        _ => return Err(format!("unknown command `{word}`")),
    })
}
