// What tests broker: values, and what stands in their place.

/** Value and placeholder of each secret. */
export const VALUES = {
  openai: [
    'sk-proj-REALrealREAL0123456789abcdefT3BlbkFJxyz',
    'sk-proj-HELDheldHELD9876543210fedcbaU4CmclGKzyx',
  ],
  anthropic: ['sk-ant-api03-REALreal-0123456789abcdef', 'sk-ant-api03-HELDheld-9876543210fedcba'],
  google: ['AIzaREALrealREAL0123456789abcdefghijklm', 'AIzaHELDheldHELD9876543210nopqrstuvwxyz'],
  aws: ['REALreal/REAL+0123456789abcdefghijklmnop', 'HELDheld/HELD+9876543210qrstuvwxyzabcdef'],
  git: ['ghp_REALrealREALrealREALrealREALreal0123', 'ghp_HELDheldHELDheldHELDheldHELDheld9876'],
  hub: ['hf_REALrealREALrealREALrealREALreal0123', 'hf_HELDheldHELDheldHELDheldHELDheld98765'],
} as const;

/** Hosts that the world plays. */
export const PLAYED = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
  google: 'generativelanguage.googleapis.com',
  aws: 's3.us-east-1.amazonaws.com',
  bedrock: 'bedrock-runtime.us-east-1.amazonaws.com',
  git: 'github.com',
  evil: 'evil.example.org',
} as const;
