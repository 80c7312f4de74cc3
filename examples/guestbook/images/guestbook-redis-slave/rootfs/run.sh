#!/bin/sh
# Follows the master: by the service environment, or by DNS when GET_HOSTS_FROM says so.
if [ "${GET_HOSTS_FROM:-env}" = dns ]; then
  exec redis-server --slaveof redis-master 6379
fi
exec redis-server --slaveof ${REDIS_MASTER_SERVICE_HOST} 6379
