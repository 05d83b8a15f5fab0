mod engine_host;
