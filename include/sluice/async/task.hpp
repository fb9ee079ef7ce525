#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice {

namespace asio = boost::asio;

/// Everything runs on one io_context of the embedder's, by one thread. The concrete type saves an
/// indirection per operation.
using Executor = asio::io_context::executor_type;

/// A coroutine of the loop. It starts when awaited (or spawned into a TaskGroup) and may be
/// cancelled at each await.
template <class T = void>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace sluice
