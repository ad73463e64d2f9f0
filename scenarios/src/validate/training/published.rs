//! The columns of a published training run, as the table has them. Blank is `None`: not published.

use super::notes::Notes;
use crate::validate::fields::Fields;
use crate::validate::row::Row;
use crate::validate::setup::MOST_CHIPS;

/// The most that a column of sizes or degrees can hold.
const MOST: u64 = 1 << 24;

/// The longest sequence.
const LONGEST: u64 = 1 << 26;

/// A published training run.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Its name.
    pub id: String,
    /// The system of the catalog; blank where there is none.
    pub preset: String,
    /// The name of the model.
    pub model: String,
    /// The chip, in the words of the source.
    pub chip: String,
    /// How many chips took part.
    pub chips: Option<u64>,
    /// The network between nodes, in words.
    pub network: String,
    /// The size of the model in billions of parameters.
    pub billions: Option<f64>,
    /// The sizes of the model.
    pub(super) sizes: Sizes,
    /// How the chips shared the work.
    pub(super) degrees: Degrees,
    /// What was measured.
    pub(super) measures: Measures,
    /// Tokens of a sequence.
    pub sequence: Option<u64>,
    /// What replicas divide, in the words of the table.
    pub zero: String,
    /// Whether norms and residuals were divided by sequence.
    pub sequence_parallel: Option<bool>,
    /// What was computed again, in the words of the table.
    pub recompute: String,
    /// The precision, in the words of the table.
    pub precision: String,
    /// Where it was published.
    pub source: String,
    /// What else is to be said.
    pub notes: String,
}

/// The sizes of a model, as far as they were published.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sizes {
    pub(super) layers: Option<u64>,
    pub(super) hidden: Option<u64>,
    pub(super) heads: Option<u64>,
    pub(super) kv_heads: Option<u64>,
    pub(super) ffn: Option<u64>,
    pub(super) vocab: Option<u64>,
    pub(super) experts: Option<u64>,
    pub(super) top_k: Option<u64>,
    pub(super) expert_ffn: Option<u64>,
    pub(super) shared_experts: Option<u64>,
}

/// How chips shared the work, as far as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Degrees {
    pub(super) tensor: Option<u64>,
    pub(super) pipeline: Option<u64>,
    pub(super) data: Option<u64>,
    pub(super) expert: Option<u64>,
    pub(super) context: Option<u64>,
    pub(super) virtual_stages: Option<u64>,
    pub(super) micro_batch: Option<u64>,
    pub(super) global_batch: Option<u64>,
}

/// The columns of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Measures {
    pub(super) teraflops_per_chip: Option<f64>,
    pub(super) mfu: Option<f64>,
    pub(super) step_time: Option<f64>,
    pub(super) tokens_per_second_per_chip: Option<f64>,
}

impl Published {
    /// What the notes say.
    pub(super) fn notes(&self) -> Notes<'_> {
        Notes(&self.notes)
    }

    /// Whether the run has experts.
    pub(super) const fn has_experts(&self) -> bool {
        self.sizes.experts.is_some()
    }

    /// The source of the row: what stands before the first dash of its name.
    pub(in crate::validate) fn family(&self) -> &str {
        self.id.split_once('-').map_or(&self.id, |(family, _)| family)
    }
}

/// Reads a row of the table of training runs.
pub(in crate::validate) fn read(fields: &Fields<'_>, number: u64) -> Row {
    let text = |column| fields.text(column).map(str::to_owned);
    let published = published(fields);
    let primary = published.as_ref().ok().and_then(super::measure::primary);
    Row {
        number,
        id: text("id"),
        preset: text("preset"),
        chips: fields.whole("n_chips", 1..=MOST_CHIPS).ok().flatten(),
        operation: None,
        algorithm: String::new(),
        size: None,
        measured: primary.map(|primary| primary.value),
        unit: primary.map(|primary| primary.column.unit()),
        run: Err("a training run is no collective".to_owned()),
        training: Some(published.map(Box::new)),
    }
}

fn published(fields: &Fields<'_>) -> Result<Published, String> {
    fields.check_length()?;
    let text = |column| fields.text(column).unwrap_or_default().to_owned();
    let billions = fields.positive("params_b")?;
    Ok(Published {
        id: fields.needed("id")?.to_owned(),
        preset: text("preset"),
        model: text("model"),
        chip: text("chip"),
        chips: fields.whole("n_chips", 1..=MOST_CHIPS)?,
        network: text("network"),
        billions,
        sizes: sizes(fields)?,
        degrees: degrees(fields)?,
        measures: Measures {
            teraflops_per_chip: fields.positive("tflops_per_gpu")?,
            mfu: fields.positive("mfu")?,
            step_time: fields.positive("step_time_s")?,
            tokens_per_second_per_chip: fields.positive("tokens_per_s_per_gpu")?,
        },
        sequence: fields.whole("seq", 1..=LONGEST)?,
        zero: text("zero"),
        sequence_parallel: fields.whole("sp", 0..=1)?.map(|number| number == 1),
        recompute: text("recompute"),
        precision: text("precision"),
        source: text("source"),
        notes: text("notes"),
    })
}

fn sizes(fields: &Fields<'_>) -> Result<Sizes, String> {
    let whole = |column| fields.whole(column, 1..=MOST);
    Ok(Sizes {
        layers: whole("layers")?,
        hidden: whole("hidden")?,
        heads: whole("heads")?,
        kv_heads: whole("kv_heads")?,
        ffn: whole("ffn")?,
        vocab: whole("vocab")?,
        experts: whole("experts")?,
        top_k: whole("topk")?,
        expert_ffn: whole("expert_ffn")?,
        shared_experts: fields.whole("shared_experts", 0..=MOST)?,
    })
}

fn degrees(fields: &Fields<'_>) -> Result<Degrees, String> {
    let whole = |column| fields.whole(column, 1..=MOST);
    Ok(Degrees {
        tensor: whole("tp")?,
        pipeline: whole("pp")?,
        data: whole("dp")?,
        expert: whole("ep")?,
        context: whole("cp")?,
        virtual_stages: whole("vpp")?,
        micro_batch: whole("micro_batch")?,
        global_batch: whole("global_batch")?,
    })
}
