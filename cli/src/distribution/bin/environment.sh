# What LibTorch and the C library read from the environment before Java can say anything: the launcher sources this, and whoever runs
# Margrave's classes without the launcher may. What is set already stays.

# Idle OpenMP threads must sleep, not spin: the audit is parallel over chunks of points, in Java threads.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

# glibc gives the memory of every large tensor back to the system and takes it again, page by page, unless told to keep it.
export MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-134217728}
export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-67108864}
export MALLOC_TOP_PAD_=${MALLOC_TOP_PAD_:-16777216}
# Small blocks that glibc keeps per thread pin the large ones between them: without them an audit takes a third less memory, and no more time.
export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.tcache_count=0}
