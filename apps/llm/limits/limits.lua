-- The limits of one key and model, decided here so that all processes decide as one.
-- KEYS[1] all that is known; ARGV: "ask" or "tell", the Rules, what is said, the time ("": ours).
-- limits.py says what the words mean; limits_in_process.py is the same in Python.

local rules = cjson.decode(ARGV[2])
local said = cjson.decode(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call("TIME")
  now = tonumber(time[1]) + math.floor(tonumber(time[2]) / 100) / 1e4 -- as exact as cjson writes
end

local ORDER = {phase1 = 1, phase2 = 2} -- in which turns come

local kept = redis.call("GET", KEYS[1])
local state = kept and cjson.decode(kept) or {
  tokens = rules.free_tokens, calls = rules.free_requests, taken = {},
  others = 0, others_at = 0, closed_until = 0, day_until = 0, phase1_until = 0,
  at_once = 0, halved_at = 0, refusals = 0, leases = {}, waiting = {}, turn = 0,
}

-- When what was taken in a slice of time counts no more.
local function leaves_at(slice) return (tonumber(slice) + 1) * rules.slice + rules.minute end

-- Those that died, and what is longer ago than a minute.
local function forget()
  for id, one in pairs(state.leases) do
    if one.began + rules.lease <= now then state.leases[id] = nil end
  end
  for id, one in pairs(state.waiting) do
    if one.seen + rules.gone <= now then state.waiting[id] = nil end
  end
  for slice in pairs(state.taken) do
    if leaves_at(slice) <= now then state.taken[slice] = nil end
  end
end

-- state.taken: slice of time → "priority/holder" → {tokens, calls}
local function priority_of(who) return string.match(who, "^[^/]*") end

local function last_minute(priority)
  local tokens, calls = 0, 0
  for _, whose in pairs(state.taken) do
    for who, sums in pairs(whose) do
      if not priority or priority_of(who) == priority then
        tokens, calls = tokens + sums[1], calls + sums[2]
      end
    end
  end
  return tokens, calls
end

-- Tokens of calls under way: so much may be given back at most.
local function under_way(priority)
  local tokens = 0
  for _, one in pairs(state.leases) do
    if not priority or priority_of(one.who) == priority then tokens = tokens + one.tokens end
  end
  return tokens
end

local function how_many(leases)
  local count = 0
  for _ in pairs(leases) do count = count + 1 end
  return count
end

-- Tokens that others have used: from the last answer on it is supposed that they end.
local function others(at)
  return math.floor(state.others * math.max(1 - math.max(at - state.others_at, 0) / 60, 0))
end

-- Put it in line; the tokens and the number of those that have their turn before it, by priority.
local function ahead(who, tokens)
  local known = state.waiting[said.lease]
  if not known then state.turn = state.turn + 1 end
  state.waiting[said.lease] = {
    turn = known and known.turn or state.turn, seen = now, who = who, tokens = tokens,
  }
  local had, line = {}, {}
  for _, whose in pairs(state.taken) do
    for each, sums in pairs(whose) do had[each] = (had[each] or 0) + sums[1] end
  end
  for id, one in pairs(state.waiting) do
    local priority = priority_of(one.who)
    table.insert(line, {
      id = id, turn = one.turn, who = one.who, tokens = one.tokens,
      priority = priority, order = ORDER[priority],
    })
  end
  table.sort(line, function(one, other) return one.turn < other.turn end)
  local ours
  for _, place in ipairs(line) do
    place.had = had[place.who] or 0
    had[place.who] = place.had + place.tokens -- if its turn comes, the next has had it
    if place.id == said.lease then ours = place end
  end
  local before = {phase1 = {0, 0}, phase2 = {0, 0}}
  for _, place in ipairs(line) do
    local is_before
    if place.order ~= ours.order then is_before = place.order < ours.order
    elseif place.had ~= ours.had then is_before = place.had < ours.had
    else is_before = place.turn < ours.turn end
    if is_before then
      local sums = before[place.priority]
      sums[1], sums[2] = sums[1] + place.tokens, sums[2] + 1
    end
  end
  return before
end

-- When others have used so many fewer than now.
local function others_gone_at(tokens, priority)
  local left = others(now) - tokens
  if tokens <= 0 then return now end
  if priority or left < 0 then return math.huge end
  return state.others_at + 60 * (1 - left / state.others)
end

-- When so much of the last minute counts no more.
local function leaving(tokens, calls, priority)
  local slices = {}
  for slice in pairs(state.taken) do table.insert(slices, slice) end
  table.sort(slices, function(one, other) return tonumber(one) < tonumber(other) end)
  local freed_tokens, freed_calls, at = 0, 0, now
  for _, slice in ipairs(slices) do
    if freed_calls >= calls then
      local gone_at = math.max(others_gone_at(tokens - freed_tokens, priority), at)
      if gone_at <= leaves_at(slice) then return gone_at end
    end
    at = leaves_at(slice)
    for who, sums in pairs(state.taken[slice]) do
      if not priority or priority_of(who) == priority then
        freed_tokens, freed_calls = freed_tokens + sums[1], freed_calls + sums[2]
      end
    end
  end
  local gone_at = others_gone_at(tokens - freed_tokens, priority)
  return math.max(at, gone_at == math.huge and now + 60 or gone_at)
end

-- Seconds until there is room for this call behind those before it; 0: there is.
local function until_room(before, tokens, room_tokens, room_calls, priority)
  local lacking_tokens = before[1] + tokens - room_tokens
  local lacking_calls = before[2] + 1 - room_calls
  if lacking_tokens <= 0 and lacking_calls <= 0 then return 0 end
  local wait = leaving(lacking_tokens, lacking_calls, priority) - now
  if room_calls > 0 and tokens - room_tokens <= under_way(priority) then
    wait = math.min(wait, rules.latest) -- what is under way may give back enough
  end
  return math.max(wait, rules.soonest)
end

-- Whether these would be too many at once, with those that are under way.
local function are_many(tokens, calls)
  calls = how_many(state.leases) + calls
  if calls > 1 and under_way() + tokens > state.tokens * rules.under_way_share then return true end
  return state.at_once > 0 and calls > state.at_once
end

local function in_line(who, tokens)
  local before = ahead(who, tokens)
  local all = {before.phase1[1] + before.phase2[1], before.phase1[2] + before.phase2[2]}
  local had_tokens, had_calls = last_minute()
  local room = state.tokens - had_tokens - others(now)
  local wait = until_room(all, tokens, room, state.calls - had_calls)
  if said.priority == "phase2" and now < state.phase1_until then
    had_tokens, had_calls = last_minute("phase2")
    local share_tokens = math.max(math.floor(state.tokens * rules.phase2_share), tokens)
    local share_calls = math.max(math.floor(state.calls * rules.phase2_share), 1)
    room = share_tokens - had_tokens
    local calls = share_calls - had_calls
    wait = math.max(wait, until_room(before.phase2, tokens, room, calls, "phase2"))
  end
  if are_many(all[1] + tokens, all[2] + 1) then
    wait = math.max(wait, all[2] > 0 and rules.latest or rules.soonest)
  end
  return wait
end

local function verdict(who, tokens)
  if now < state.day_until then return "used_up", state.day_until - now end
  if now < state.closed_until then return "closed", state.closed_until - now end
  if tokens > state.tokens then return "go", 0 end
  local wait = in_line(who, tokens)
  return wait > 0 and "full" or "go", wait
end

local function ask()
  local who = said.priority .. "/" .. said.holder
  local word, wait = verdict(who, said.tokens)
  if word == "go" then
    local tokens = said.tokens <= state.tokens and said.tokens or 0
    local slice = tostring(math.floor(now / rules.slice))
    local whose = state.taken[slice] or {}
    local sums = whose[who] or {0, 0}
    whose[who] = {sums[1] + tokens, sums[2] + 1}
    state.taken[slice] = whose
    state.leases[said.lease] = {began = now, slice = slice, who = who, tokens = tokens}
  end
  if word ~= "full" or wait > rules.longest_in_line then state.waiting[said.lease] = nil end
  if said.priority == "phase1" then
    local away = word == "full" and math.min(wait, rules.minute) or 0
    state.phase1_until = math.max(state.phase1_until, now + away + rules.phase1_active)
  end
  return cjson.encode({verdict = word, wait = math.ceil(wait * 1000) / 1000})
end

local function learn(budget)
  state.tokens = budget.tokens
  state.calls = budget.tokens <= rules.free_tokens and rules.free_requests or rules.paid_requests
  -- What is under way may not have arrived there yet: others are rather seen too small.
  state.others = math.max(budget.tokens - budget.left - last_minute(), 0)
  state.others_at = now
  local left = budget.requests_left
  if left and left <= math.max(how_many(state.leases), 1) then
    state.day_until = math.max(state.day_until, now + budget.requests_reset)
  end
end

-- Halve once a round: what had begun before the last halving says nothing new.
local function refused(began)
  if began > state.halved_at then
    local count = how_many(state.leases) + 1
    local most = state.at_once > 0 and math.min(state.at_once, count) or count
    state.at_once, state.halved_at = math.max(math.floor(most / 2), 1), now
    state.refusals = state.refusals + 1
  end
  local wait = said.wait or rules.unknown_wait
  if state.refusals > rules.refusals then wait = math.max(wait, rules.busy_wait) end
  state.closed_until = math.max(state.closed_until, now + wait)
end

local function tell()
  local lease = state.leases[said.lease]
  state.leases[said.lease], state.waiting[said.lease] = nil, nil
  if lease and said.tokens and state.taken[lease.slice] then
    local sums = state.taken[lease.slice][lease.who]
    sums[1] = math.max(sums[1] + said.tokens - lease.tokens, 0)
    if said.outcome == "failed" and said.tokens == 0 then sums[2] = sums[2] - 1 end
  end
  if said.budget then learn(said.budget) end
  local began = lease and lease.began or 0
  if said.outcome == "used_up" then
    local wait = math.max(said.wait or rules.day_wait, rules.shortest_day_wait)
    state.day_until = math.max(state.day_until, now + wait)
  elseif said.outcome == "too_fast" then
    refused(began)
  elseif said.outcome == "clean" and began > state.halved_at then
    state.refusals, state.at_once = 0, state.at_once * 2
    if state.at_once > rules.at_once_free then state.at_once = 0 end
  end
  return ""
end

forget()
local said_back
if ARGV[1] == "ask" then said_back = ask() else said_back = tell() end
redis.call("SET", KEYS[1], cjson.encode(state), "EX", rules.memory)
return said_back
