// Secrets that no door can put in their place, as data. Each says why: the writer must choose another way for them.
import { never, provider, type Provider } from './provider.ts';

const CONNECTION = 'it is sent inside a protocol of databases, which the door does not read';

/** The table's part of what is not brokered. */
export const UNBROKERABLE_PROVIDERS: readonly Provider[] = [
  provider({
    id: 'telegram',
    title: 'Telegram',
    names: ['TELEGRAM_BOT_TOKEN', 'TELEGRAM_TOKEN', 'BOT_TOKEN'],
    shapes: [/^\d{6,12}:[A-Za-z0-9_-]{35}$/],
    brokering: never('it is part of the path of an address, where it would stand in logs on the way'),
    cleanUp: {
      say: 'Revoke the token; the bot gets a new one.',
      where: '`/revoke` in the chat with BotFather',
    },
  }),
  provider({
    id: 'slack-webhook',
    title: 'a webhook of Slack',
    names: ['SLACK_WEBHOOK_URL', 'SLACK_WEBHOOK'],
    shapes: [/^https:\/\/hooks\.slack\.com\/[A-Za-z0-9/_-]{20,200}$/],
    brokering: never('the secret is the path of the address'),
  }),
  provider({
    id: 'discord-webhook',
    title: 'a webhook of Discord',
    names: ['DISCORD_WEBHOOK_URL', 'DISCORD_WEBHOOK'],
    shapes: [/^https:\/\/discord(?:app)?\.com\/api\/webhooks\/[A-Za-z0-9/_-]{20,200}$/],
    brokering: never('the secret is the path of the address'),
  }),
  provider({
    id: 'discord',
    title: 'Discord',
    names: ['DISCORD_TOKEN', 'DISCORD_BOT_TOKEN'],
    shapes: [/^[A-Za-z0-9_-]{24,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}$/],
    brokering: never('bots send it inside a WebSocket, which the door does not read'),
    cleanUp: { say: 'Reset the token of the bot.', where: 'Bot, in the Developer Portal' },
  }),
  provider({
    id: 'postgres',
    title: 'PostgreSQL',
    names: ['DATABASE_URL', 'POSTGRES_URL', 'PG_URL', 'PGPASSWORD', 'POSTGRES_PASSWORD'],
    shapes: [/^postgres(?:ql)?(?:\+[a-z0-9]{1,20})?:\/\/\S{1,2000}$/],
    brokering: never(CONNECTION),
    cleanUp: {
      say: 'Change the password of the role, and end its connections.',
      where: '`ALTER ROLE … PASSWORD`',
    },
  }),
  provider({
    id: 'database',
    title: 'a database',
    names: ['MONGODB_URI', 'MONGO_URL', 'REDIS_URL', 'MYSQL_URL', 'AMQP_URL'],
    shapes: [
      /^(?:mongodb(?:\+srv)?|rediss?|mysql|mariadb|amqps?|mssql)(?:\+[a-z0-9]{1,20})?:\/\/\S{1,2000}$/,
    ],
    brokering: never(CONNECTION),
    cleanUp: { say: 'Change the password, and end open connections.', where: "the database's users" },
  }),
  provider({
    id: 'private-key',
    title: 'a private key',
    names: [],
    shapes: [/^-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----\s/],
    brokering: never('a key signs or decrypts where it is, and is not sent'),
    cleanUp: {
      say: 'Replace the key wherever its public half is trusted.',
      where: 'each place that trusts it',
    },
  }),
  provider({
    id: 'google-service-account',
    title: 'a service account of Google',
    names: ['GOOGLE_APPLICATION_CREDENTIALS_JSON', 'GCP_SERVICE_ACCOUNT', 'GOOGLE_CREDENTIALS'],
    shapes: [/^\s{0,20}\{\s{0,20}"type":\s{0,5}"service_account"/],
    brokering: never('a key signs where it is, and is not sent'),
    cleanUp: {
      say: 'Delete the key of the service account, and make another.',
      where: 'Keys of the service account',
    },
  }),
];
