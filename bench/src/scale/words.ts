// The vocabulary of a made-up hub: what its repositories are called and tagged with.
import { openRandom, pick } from './random.ts';

/** Words that names on hubs are made of, the usual ones first. */
export const USUAL: readonly string[] = (
  'model base large small bert gpt llama qwen mistral tiny chat instruct finetuned v1 v2 7b 13b 70b lora gguf awq gptq ' +
  'whisper wav2vec2 roberta distilbert deberta t5 flan bart vit clip resnet unet diffusion stable sdxl flux anime style ' +
  'sentiment emotion classification translation summarization ner qa squad english german french multilingual medical ' +
  'legal code coder math reasoning reward dpo sft rlhf merge moe mini nano micro mega test demo tutorial course unit1 ppo ' +
  'dqn lunarlander cartpole taxi atari image text audio video speech music voice clone embedding retrieval rerank'
).split(' ');

const SYLLABLES =
  'ba be bo ca ce co da de di fa fe fi ga go ha he ka ki ko la le li lo ma me mi mo na ne ni no'.split(' ');
const ENDINGS =
  'pa per ra ren ri rin ro sa sen si son ta ter ti tor tu va ver vi von wa win xa xon ya yen za zel zu'.split(
    ' ',
  );

/** Made-up words of three to five syllables, each once. */
export function inventWords(count: number, seed: number): string[] {
  const random = openRandom(seed);
  const words = new Set<string>();
  while (words.size < count) {
    const length = 1 + Math.floor(random() * 3);
    let word = '';
    for (let at = 0; at < length; at += 1) word += pick(random, SYLLABLES);
    words.add(word + pick(random, ENDINGS) + pick(random, ENDINGS));
  }
  return [...words];
}

/** What models are for. */
export const PIPELINES: readonly string[] = (
  'text-generation text-classification image-classification automatic-speech-recognition text-to-image ' +
  'feature-extraction fill-mask token-classification question-answering translation summarization text-to-speech ' +
  'sentence-similarity reinforcement-learning object-detection image-segmentation audio-classification ' +
  'zero-shot-classification depth-estimation table-question-answering video-classification graph-ml'
).split(' ');

/** What models are used with. */
export const LIBRARIES: readonly string[] = (
  'transformers diffusers peft sentence-transformers timm gguf stable-baselines3 keras spacy mlx flair nemo setfit ' +
  'fastai sklearn speechbrain pyannote-audio espnet bertopic adapter-transformers open_clip onnx'
).split(' ');

/** Licences as tags. */
export const LICENCES: readonly string[] =
  'apache-2.0 mit openrail cc-by-4.0 llama2 other gpl-3.0 cc0-1.0 bsd'.split(' ');
/** Languages as tags. */
export const LANGUAGES: readonly string[] =
  'en zh fr de es ja ko ru pt it ar hi vi tr pl nl sv id fa uk cs fi el he th'.split(' ');
