import pino from 'pino';

export const silent = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
