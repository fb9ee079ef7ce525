#pragma once

// All that an embedder needs: file systems, jobs, memories.
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/flow/processing_workflow.hpp"
#include "sluice/flow/sync.hpp"
#include "sluice/flow/transfer.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/local_fs.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "sluice/fs/s3_fs.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/state/backlog.hpp"
#include "sluice/state/key_value_store.hpp"
#include "sluice/state/run_lock.hpp"
#include "sluice/state/status_memory.hpp"
#include "sluice/state/work_source.hpp"
