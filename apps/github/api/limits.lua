-- The limits of one budget, decided here so that all processes decide as one: a script runs alone.
-- KEYS[1] all that is known; ARGV: "ask" or "tell", the Rules, what is said, the time ("": ours).
-- limits.py says what the words mean; limits_in_process.py is the same in Python.

local rules = cjson.decode(ARGV[2])
local said = cjson.decode(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call("TIME")
  now = tonumber(time[1]) + math.floor(tonumber(time[2]) / 100) / 1e4 -- as exact as cjson writes
end

local BUCKET = 5 -- seconds of the last minute that are counted together

local kept = redis.call("GET", KEYS[1])
local state = kept and cjson.decode(kept) or {
  limit = rules.start, slow_start = true, clean = 0, halved_at = 0, busy_at = 0,
  closed_until = 0, pauses = 0, used_up_until = 0, phase1_at = 0,
  points = 0, points_total = 0, points_until = 0,
  leases = {}, seconds = {}, requests = {},
}
state.limit = math.min(state.limit, rules.most)

local function in_flight(priority)
  local count = 0
  for _, lease in pairs(state.leases) do
    if not priority or lease.priority == priority then count = count + 1 end
  end
  return count
end

local function forget_the_dead()
  local name, instance = string.match(said.holder or "", "^(.*/)(.*)$")
  for id, lease in pairs(state.leases) do
    local replaced = name and string.sub(lease.holder, 1, #name) == name
      and lease.holder ~= said.holder
    if replaced or lease.began + rules.lease <= now then state.leases[id] = nil end
  end
end

local function bucket_of(time) return tostring(math.floor(time / BUCKET)) end

local function last_minute(counts)
  local oldest, sum = math.floor((now - 60) / BUCKET) + 1, 0
  for bucket, count in pairs(counts) do
    if tonumber(bucket) < oldest then counts[bucket] = nil else sum = sum + count end
  end
  return sum
end

local function add(counts, count)
  counts[bucket_of(now)] = (counts[bucket_of(now)] or 0) + count
end

-- How many may be under way in all for one of this priority to begin.
local function ceiling(priority)
  if priority == "web" then return math.min(state.limit + rules.web_beyond, rules.hard_limit) end
  local is_heavy = last_minute(state.seconds) > rules.seconds_a_minute
    or last_minute(state.requests) > rules.requests_a_minute
  return is_heavy and 1 or state.limit
end

-- How many of this priority.
local function at_once(priority)
  if priority == "phase2" and now - state.phase1_at < rules.phase1_active then
    local share = math.max(1, math.floor(state.limit * rules.phase2_share))
    return math.min(ceiling(priority), share)
  end
  return ceiling(priority)
end

local function pause()
  if now < state.used_up_until then return "used_up", state.used_up_until - now end
  if now < state.closed_until then return "closed", state.closed_until - now end
  return "go", 0
end

local function verdict(priority)
  local word, wait = pause()
  if word ~= "go" then return word, wait end
  local reserved = state.points_total * rules.reserve[priority]
  if now < state.points_until and state.points <= reserved then
    return state.points <= 0 and "used_up" or "kept", state.points_until - now
  end
  if in_flight() >= ceiling(priority) or in_flight(priority) >= at_once(priority) then
    return "full", 0
  end
  return "go", 0
end

local function ask()
  forget_the_dead()
  if said.priority == "phase1" then state.phase1_at = now end
  local word, wait = verdict(said.priority)
  if word == "go" then
    state.leases[said.lease] = {began = now, priority = said.priority, holder = said.holder}
    add(state.requests, 1)
    if in_flight() * 2 >= state.limit then state.busy_at = now end
  end
  return word, wait
end

local function clean()
  state.pauses = 0
  if state.limit >= rules.most or now - state.busy_at >= rules.in_use then return end
  state.clean = state.clean + 1
  if state.slow_start or state.clean >= state.limit then
    state.limit, state.clean = state.limit + 1, 0
  end
end

-- Once a round: what had begun before the last halving says nothing about the limit after it.
local function too_fast(began)
  if began > state.halved_at then
    state.limit = math.max(1, math.floor(state.limit / 2))
    state.slow_start, state.clean, state.halved_at = false, 0, now
    state.pauses = state.pauses + 1
  end
  local doubled = rules.first_pause * 2 ^ math.max(state.pauses - 1, 0)
  local wait = said.wait or math.min(doubled, rules.longest_pause)
  state.closed_until = math.max(state.closed_until, now + wait)
end

local function tell()
  local lease = state.leases[said.lease]
  local began = lease and lease.began or now - rules.lease
  state.leases[said.lease] = nil
  if lease then add(state.seconds, said.seconds) end
  if said.points then
    state.points, state.points_total = said.points.left, said.points.total
    state.points_until = now + said.points.reset
  end
  if said.outcome == "used_up" then
    state.used_up_until = math.max(state.used_up_until, now + (said.wait or 0))
  elseif said.outcome == "too_fast" then
    too_fast(began)
  elseif said.outcome == "clean" and lease and began > state.halved_at then
    clean()
  end
  return pause()
end

local word, wait
if ARGV[1] == "ask" then word, wait = ask() else word, wait = tell() end
redis.call("SET", KEYS[1], cjson.encode(state), "EX", rules.memory)
return cjson.encode({verdict = word, wait = wait, at_once = at_once(said.priority)})
