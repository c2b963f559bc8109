/** PostgreSQL's settings for a small service on a small machine that must not lose what it acknowledged. */
export const embeddedSettings: Readonly<Record<string, string>> = {
  // What was committed stays committed, whatever dies.
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",

  // About 60 MB of its own instead of 180: one small service asks, and never one big question in parallel.
  max_connections: "40",
  shared_buffers: "32MB",
  work_mem: "8MB",
  maintenance_work_mem: "32MB",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  max_logical_replication_workers: "0",
  autovacuum_max_workers: "2",
  io_method: "sync",
  jit: "off",
  huge_pages: "off",
  // Containers give /dev/shm 64 MB or nothing.
  dynamic_shared_memory_type: "mmap",
  min_wal_size: "32MB",
  max_wal_size: "256MB",

  timezone: "UTC",
  log_timezone: "UTC",
  cluster_name: "vaultbell",

  // Statements and the details of errors quote the rows they are about, and no such thing belongs in a log.
  log_min_messages: "warning",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
  logging_collector: "off",
};
