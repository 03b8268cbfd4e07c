-- A wave waits for the Applications of the wave before. One that is Degraded is told as Progressing: for Degraded Argo CD would end the sync,
-- and a CustomResourceDefinition in its first second or a pod that waits for its database is Degraded, too.
hs = {}
hs.status = "Progressing"
hs.message = ""
if obj.status ~= nil and obj.status.health ~= nil then
  if obj.status.health.status ~= "Degraded" then
    hs.status = obj.status.health.status
  end
  if obj.status.health.message ~= nil then
    hs.message = obj.status.health.message
  end
end
return hs
