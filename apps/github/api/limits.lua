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
local ORDER = {web = 1, phase1 = 2, phase2 = 3} -- in which turns come

local kept = redis.call("GET", KEYS[1])
local state = kept and cjson.decode(kept) or {
  limit = rules.start, slow_start = true, clean = 0, halved_at = 0, busy_at = 0,
  closed_until = 0, pauses = 0, used_up_until = 0, phase1_at = 0,
  points = 0, points_total = 0, points_until = 0,
  leases = {}, waiting = {}, turn = 0, seconds = {}, requests = {},
}
state.limit = math.min(state.limit, rules.most)
state.waiting, state.turn = state.waiting or {}, state.turn or 0 -- of a version without a line

local function in_flight(priority)
  local count = 0
  for _, lease in pairs(state.leases) do
    if not priority or lease.priority == priority then count = count + 1 end
  end
  return count
end

local function forget_the_dead()
  local name = string.match(said.holder, "^(.*/)")
  local function is_replaced(other)
    return name and string.sub(other, 1, #name) == name and other ~= said.holder
  end
  for id, lease in pairs(state.leases) do
    if is_replaced(lease.holder) or lease.began + rules.lease <= now then state.leases[id] = nil end
  end
  for id, one in pairs(state.waiting) do
    if is_replaced(one.holder) or one.seen + rules.gone <= now then state.waiting[id] = nil end
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
  local load = math.max(
    last_minute(state.seconds) / rules.seconds_a_minute,
    last_minute(state.requests) / rules.requests_a_minute
  )
  local left = math.min((1 - load) / (1 - rules.eased_from), 1)
  return math.max(1, math.floor(1 + (state.limit - 1) * left))
end

-- How many may be under way, in all and of this priority, for one more to begin.
local function bounds(priority)
  local most = ceiling(priority)
  if priority == "phase2" and now - state.phase1_at < rules.phase1_active then
    -- The last place is phase 1's, whose next request comes as soon as its last is stored.
    return most - 1, math.max(1, math.floor(most * rules.phase2_share))
  end
  return most, most
end

-- This holder's share: what others do not want, and of what all want as much as they.
local function at_once(priority, holder)
  local wanted = {}
  for _, list in ipairs({state.leases, state.waiting}) do
    for _, one in pairs(list) do
      if one.priority == priority and one.holder ~= holder then
        wanted[one.holder] = (wanted[one.holder] or 0) + 1
      end
    end
  end
  local demands = {}
  for _, demand in pairs(wanted) do table.insert(demands, demand) end
  table.sort(demands)
  local _, room = bounds(priority)
  local sharers = #demands + 1
  for _, others in ipairs(demands) do
    if others * sharers >= room then break end
    room, sharers = room - others, sharers - 1
  end
  return math.max(1, math.ceil(room / sharers))
end

local function pause()
  if now < state.used_up_until then return "used_up", state.used_up_until - now end
  if now < state.closed_until then return "closed", state.closed_until - now end
  return "go", 0
end

-- Put it in line; how many have their turn before it?
local function ahead()
  local known = state.waiting[said.lease]
  if not known then state.turn = state.turn + 1 end
  state.waiting[said.lease] = {
    turn = known and known.turn or state.turn, seen = now,
    priority = said.priority, holder = said.holder,
  }
  local under_way, line = {}, {}
  for _, lease in pairs(state.leases) do
    under_way[lease.holder] = (under_way[lease.holder] or 0) + 1
  end
  for id, one in pairs(state.waiting) do
    table.insert(line, {id = id, turn = one.turn, holder = one.holder, order = ORDER[one.priority]})
  end
  table.sort(line, function(one, other) return one.turn < other.turn end)
  local ours
  for _, place in ipairs(line) do
    place.level = under_way[place.holder] or 0
    under_way[place.holder] = place.level + 1 -- if its turn comes, the next has one more
    if place.id == said.lease then ours = place end
  end
  local count = 0
  for _, place in ipairs(line) do
    if place.order ~= ours.order then
      if place.order < ours.order then count = count + 1 end
    elseif place.level ~= ours.level then
      if place.level < ours.level then count = count + 1 end
    elseif place.turn < ours.turn then
      count = count + 1
    end
  end
  return count
end

local function verdict(priority)
  local word, wait = pause()
  if word ~= "go" then return word, wait end
  local reserved = state.points_total * rules.reserve[priority]
  if now < state.points_until and state.points <= reserved then
    return state.points <= 0 and "used_up" or "kept", state.points_until - now
  end
  local bound, own_bound = bounds(priority)
  local free = math.min(bound - in_flight(), own_bound - in_flight(priority))
  local before = ahead()
  if before < free then return "go", 0 end
  local behind = (before - math.max(free, 0)) / ceiling(priority)
  return "full", math.floor(math.min(math.max(behind, rules.soonest), rules.latest) * 1000) / 1000
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
  if word ~= "full" then state.waiting[said.lease] = nil end
  return word, wait, said.holder
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
  state.leases[said.lease], state.waiting[said.lease] = nil, nil
  if said.priority == "phase1" then state.phase1_at = now end
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
  local word, wait = pause()
  return word, wait, lease and lease.holder or ""
end

local word, wait, holder
if ARGV[1] == "ask" then word, wait, holder = ask() else word, wait, holder = tell() end
redis.call("SET", KEYS[1], cjson.encode(state), "EX", rules.memory)
return cjson.encode({
  verdict = word, wait = wait, at_once = at_once(said.priority, holder),
})
